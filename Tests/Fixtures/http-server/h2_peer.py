"""Talks to the test server with PyPI `h2`, an HTTP/2 implementation that is not ours: h2_peer.py PORT.

Prints one line per scenario; the first that fails ends the program with status 1.
"""
# SPDX-License-Identifier: Apache-2.0
import socket
import sys

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.settings

PORT = int(sys.argv[1])


class Peer:
    """One connection; keeps what arrived per stream."""

    def __init__(self, upgrade=False):
        self.sock = socket.create_connection(("127.0.0.1", PORT), timeout=20)
        self.conn = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True, header_encoding="utf-8"))
        self.headers, self.body, self.trailers, self.interim = {}, {}, {}, {}
        self.ended, self.reset, self.pings = set(), {}, 0
        self.goaway, self.closed = None, False
        if upgrade:
            settings = self.conn.initiate_upgrade_connection()
            self.sock.sendall(
                b"GET /hello HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\n"
                b"Upgrade: h2c\r\nHTTP2-Settings: " + settings + b"\r\n\r\n"
            )
            answer = b""
            while not answer.endswith(b"\r\n\r\n"):
                answer += self.sock.recv(1)
            assert answer.startswith(b"HTTP/1.1 101 "), answer
        else:
            self.conn.initiate_connection()
        self.flush()

    def flush(self):
        data = self.conn.data_to_send()
        if data:
            self.sock.sendall(data)

    def pump(self, until):
        while not until():
            try:
                data = self.sock.recv(65536)
            except ConnectionResetError:
                data = b""
            if not data:
                self.closed = True
                return
            for event in self.conn.receive_data(data):
                self.take(event)
            self.flush()

    def take(self, event):
        if isinstance(event, h2.events.ResponseReceived):
            self.headers[event.stream_id] = dict(event.headers)
        elif isinstance(event, h2.events.InformationalResponseReceived):
            self.interim[event.stream_id] = dict(event.headers)
        elif isinstance(event, h2.events.DataReceived):
            self.body[event.stream_id] = self.body.get(event.stream_id, b"") + event.data
            self.conn.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        elif isinstance(event, h2.events.TrailersReceived):
            self.trailers[event.stream_id] = dict(event.headers)
        elif isinstance(event, h2.events.StreamEnded):
            self.ended.add(event.stream_id)
        elif isinstance(event, h2.events.StreamReset):
            self.reset[event.stream_id] = event.error_code
        elif isinstance(event, h2.events.PingAckReceived):
            self.pings += 1
        elif isinstance(event, h2.events.ConnectionTerminated):
            self.goaway = event.error_code

    def request(self, path, method="GET", extra=(), end=True):
        stream = self.conn.get_next_available_stream_id()
        pseudo = [(":method", method), (":scheme", "http"), (":authority", "x"), (":path", path)]
        self.conn.send_headers(stream, pseudo + list(extra), end_stream=end)
        self.flush()
        return stream

    def finish(self, stream):
        self.pump(lambda: stream in self.ended or stream in self.reset)
        assert stream in self.ended, (stream, self.reset, self.goaway)
        return self.headers[stream][":status"], self.body.get(stream, b"")

    def upload(self, path, body, extra=()):
        stream = self.request(path, "POST", extra, end=False)
        sent = 0
        while sent < len(body):
            room = min(self.conn.local_flow_control_window(stream), self.conn.max_outbound_frame_size)
            if room == 0:
                self.pump(lambda: self.conn.local_flow_control_window(stream) > 0)
                continue
            piece = body[sent : sent + room]
            sent += len(piece)
            self.conn.send_data(stream, piece, end_stream=sent == len(body))
            self.flush()
        return self.finish(stream)


def get():
    assert Peer().finish_one("/hello") == ("200", b"hello\n")


def upload():
    body = bytes(range(256)) * 3000
    assert Peer().upload("/echo", body) == ("200", body)
    assert Peer().upload("/echo", body, [("content-length", str(len(body)))]) == ("200", body)


def grpc():
    peer = Peer()
    stream = peer.request("/grpc", "POST")
    assert peer.finish(stream) == ("200", b"\0\0\0\0\1*")
    assert peer.trailers[stream] == {"grpc-status": "0"}, peer.trailers
    stream = peer.request("/grpc?empty", "POST")
    assert peer.finish(stream) == ("200", b"")
    assert peer.headers[stream]["grpc-status"] == "5" and stream not in peer.trailers


def stream():
    peer = Peer()
    one = peer.request("/stream?2000")
    status, body = peer.finish(one)
    assert status == "200" and body.count(b"\n") == 2000
    assert peer.trailers[one] == {"x-pieces": "2000"}


def concurrent():
    peer = Peer()
    streams = [peer.request("/large" if index % 10 == 0 else "/hello") for index in range(100)]
    for one in streams:
        assert peer.finish(one)[0] == "200"


def head():
    peer = Peer()
    one = peer.request("/large", "HEAD")
    assert peer.finish(one) == ("200", b"")
    assert peer.headers[one]["content-length"] == "3000000"


def small_window():
    peer = Peer()
    peer.conn.update_settings({h2.settings.SettingCodes.INITIAL_WINDOW_SIZE: 1000})
    peer.flush()
    assert peer.finish(peer.request("/stream?500"))[0] == "200"


def reset():
    peer = Peer()
    one = peer.request("/flood")
    peer.pump(lambda: one in peer.body)
    peer.conn.reset_stream(one, h2.errors.ErrorCodes.CANCEL)
    peer.flush()
    assert peer.finish(peer.request("/hello")) == ("200", b"hello\n")


def broken():
    peer = Peer()
    one = peer.request("/break")
    peer.pump(lambda: one in peer.reset or one in peer.ended)
    assert peer.reset[one] == h2.errors.ErrorCodes.INTERNAL_ERROR
    assert peer.finish(peer.request("/hello"))[0] == "200"


def expect():
    peer = Peer()
    one = peer.request("/echo", "POST", [("expect", "100-continue"), ("content-length", "2")], end=False)
    peer.pump(lambda: one in peer.interim)
    peer.conn.send_data(one, b"ok", end_stream=True)
    peer.flush()
    assert peer.finish(one) == ("200", b"ok")


def too_large():
    peer = Peer()
    one = peer.request("/echo", "POST", [("content-length", "2000000")], end=False)
    peer.pump(lambda: one in peer.ended and one in peer.reset)
    assert peer.headers[one][":status"] == "413"
    assert peer.reset[one] == h2.errors.ErrorCodes.NO_ERROR


def long_header():
    peer = Peer()
    one = peer.request("/hello", extra=[(f"f{index}", "v" * 1000) for index in range(40)])
    peer.pump(lambda: one in peer.reset or peer.goaway is not None)
    assert one not in peer.headers
    assert peer.goaway is not None or peer.finish(peer.request("/hello"))[0] == "200"


def pings():
    peer = Peer()
    for _ in range(20):
        peer.conn.ping(b"12345678")
    peer.flush()
    peer.pump(lambda: peer.pings == 20)
    assert peer.pings == 20


def rapid_reset():
    peer = Peer()
    try:
        for _ in range(1000):
            one = peer.request("/wait")
            peer.conn.reset_stream(one, h2.errors.ErrorCodes.CANCEL)
            peer.flush()
    except (BrokenPipeError, ConnectionResetError):
        pass
    peer.pump(lambda: peer.goaway is not None)
    assert peer.goaway is not None or peer.closed
    assert Peer().finish_one("/hello")[0] == "200"


def upgrade():
    peer = Peer(upgrade=True)
    assert peer.finish(1) == ("200", b"hello\n")
    assert peer.finish(peer.request("/hello"))[0] == "200"


Peer.finish_one = lambda self, path: self.finish(self.request(path))

for scenario in (get, upload, grpc, stream, concurrent, head, small_window, reset, broken, expect, too_large,
                 long_header, pings, rapid_reset, upgrade):
    scenario()
    print("ok", scenario.__name__, flush=True)
