# SPDX-License-Identifier: Apache-2.0
"""Sends prepared requests over keep-alive connections and measures what they cost the server."""

import selectors
import socket
import sys
import time
from pathlib import Path

PATH, TYPE = "/push.v1.PusherService/Push", "application/proto"


def cpu_seconds(pid):
    """CPU time of another process with all its threads, to the microsecond (its POSIX CPU clock)."""
    return time.clock_gettime(~pid << 3 | 2)


def memory(pid, key):
    """A figure of /proc/PID/status in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1]) / 1024
    return 0.0


class Connection:
    """One request at a time: what is left to send, what came back so far."""

    def __init__(self, port, path, content_type):
        self.path = path
        self.fields = f"Host: bench\r\nContent-Type: {content_type}\r\nContent-Length: "
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.pending, self.answer, self.begin = memoryview(b""), b"", 0.0

    def begin_request(self, body):
        path, body = body if isinstance(body, tuple) else (self.path, body)
        head = f"POST {path} HTTP/1.1\r\n{self.fields}{len(body)}\r\n\r\n"
        self.pending, self.answer, self.begin = memoryview(head.encode() + body), b"", time.perf_counter()
        self.send()

    def send(self):
        try:
            while self.pending:
                self.pending = self.pending[self.socket.send(self.pending):]
        except BlockingIOError:
            pass

    def receive(self):
        """The whole answer once it is there, else None."""
        part = self.socket.recv(1 << 16)
        if not part:
            sys.exit("the server closed a connection")
        self.answer += part
        head, found, body = self.answer.partition(b"\r\n\r\n")
        if not found:
            return None
        for line in head.split(b"\r\n"):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length" and len(body) < int(value):
                return None
        return self.answer


def push(port, bodies, in_flight, path=PATH, content_type=TYPE):
    """Pushes every body, `in_flight` at a time; returns the seconds until each was acknowledged.

    A body that goes to a path of its own is a pair of both.
    """
    latencies, work = [], iter(bodies)
    selector = selectors.DefaultSelector()
    busy = 0

    def go_on(connection, body):
        connection.begin_request(body)
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if connection.pending else 0)
        selector.modify(connection.socket, events, connection)

    for body in bodies[:in_flight]:
        connection = Connection(port, path, content_type)
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        go_on(connection, next(work))
        busy += 1
    while busy:
        for key, events in selector.select(60):
            connection = key.data
            if events & selectors.EVENT_WRITE:
                connection.send()
                if not connection.pending:
                    selector.modify(connection.socket, selectors.EVENT_READ, connection)
            if not events & selectors.EVENT_READ:
                continue
            answer = connection.receive()
            if answer is None:
                continue
            latencies.append(time.perf_counter() - connection.begin)
            if not answer.startswith(b"HTTP/1.1 200"):
                sys.exit(f"a push failed: {answer[:400]!r}")
            body = next(work, None)
            if body is None:
                selector.unregister(connection.socket)
                connection.socket.close()
                busy -= 1
            else:
                go_on(connection, body)
    return latencies
