# SPDX-License-Identifier: Apache-2.0
"""A server that answers each path in its own wrong way. Prints its port; ends when its standard input closes."""
import os
import socket
import sys
import threading

OK = b"HTTP/1.1 200 OK\r\n"


def read_request(conn):
    """Head and body of one request; None at the end of the connection."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = conn.recv(65536)
        if not piece:
            return None
        data += piece
    head, body = data.split(b"\r\n\r\n", 1)
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, value = line.split(b":", 1)
        if name.lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        piece = conn.recv(65536)
        if not piece:
            return None
        body += piece
    return head, body


def answer(conn, path, head, body):
    """Sends the wrong answer of `path`; true when the connection may be used again."""
    if path == "/echo":
        conn.sendall(OK + b"X-Head: %d\r\nContent-Length: %d\r\n\r\n" % (len(head), len(body)) + body)
        return True
    if path == "/head":
        conn.sendall(OK + b"Content-Length: %d\r\n\r\n" % len(head) + head)
        return True
    if path == "/truncated":
        conn.sendall(OK + b"Content-Length: 100\r\n\r\nshort")
    elif path == "/truncated-chunk":
        conn.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\nab")
    elif path == "/bad-chunk":
        conn.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n")
    elif path == "/garbage":
        conn.sendall(os.urandom(512).replace(b"HTTP", b"PTTH"))
    elif path == "/nothing":
        pass
    elif path == "/huge-headers":
        try:
            for index in range(4000):
                conn.sendall((b"X-%d: " % index if index else OK + b"X: ") + b"a" * 1000 + b"\r\n")
        except OSError:
            pass
    elif path == "/endless":
        try:
            conn.sendall(OK + b"Transfer-Encoding: chunked\r\n\r\n")
            while True:
                conn.sendall(b"10000\r\n" + b"a" * 65536 + b"\r\n")
        except OSError:
            pass
    elif path == "/declared-huge":
        conn.sendall(OK + b"Content-Length: 4611686018427387904\r\n\r\nabc")
        conn.recv(1)
    elif path == "/interim":
        conn.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK + b"A: b\r\nContent-Length: 2\r\n\r\nhi")
        return True
    elif path == "/redirect":
        conn.sendall(b"HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n")
        return True
    elif path == "/trailers":
        conn.sendall(OK + b"Transfer-Encoding: chunked\r\nTrailer: grpc-status\r\n\r\n2\r\nhi\r\n0\r\ngrpc-status: 7\r\n\r\n")
        return True
    elif path == "/silent":
        conn.recv(1)
    elif path == "/mortal":
        port = b"%d" % mortal()
        conn.sendall(OK + b"Content-Length: %d\r\n\r\n" % len(port) + port)
        return True
    elif path == "/once":
        conn.sendall(OK + b"Content-Length: 2\r\n\r\nok")
    return False


def mortal():
    """The port of a server that answers one request, reads another on the same connection, and is gone with both."""
    own = socket.create_server(("127.0.0.1", 0))

    def live():
        conn, _ = own.accept()
        read_request(conn)
        conn.sendall(OK + b"Content-Length: 2\r\n\r\nok")
        read_request(conn)
        own.close()
        conn.close()

    threading.Thread(target=live, daemon=True).start()
    return own.getsockname()[1]


def serve(conn):
    conn.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        while (request := read_request(conn)) is not None:
            head, body = request
            if not answer(conn, head.split(b" ")[1].decode(), head, body):
                break
    except OSError:
        pass
    conn.close()


def accept(listener):
    while True:
        conn, _ = listener.accept()
        threading.Thread(target=serve, args=(conn,), daemon=True).start()


listener = socket.create_server(("127.0.0.1", 0), backlog=256)
threading.Thread(target=accept, args=(listener,), daemon=True).start()
print(listener.getsockname()[1], flush=True)
sys.stdin.read()
