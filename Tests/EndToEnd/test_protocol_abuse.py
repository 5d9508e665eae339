# SPDX-License-Identifier: Apache-2.0
"""Abuse below the body: headers, connections, HTTP/2 frames, tenant ids. Healthy clients must not notice."""

import contextlib
import resource
import socket
import time
import unittest

from hearthtest import pprof, wire
from hearthtest.process import wait_until
from hearthtest.watched import WatchedCase

PUSH = "/push.v1.PusherService/Push"
SERIES = "/querier.v1.QuerierService/Series"
SLOW_COUNT = 2_000


class Abuse(WatchedCase):
    def status(self, text):
        return wire.status(wire.exchange(self.port, text.encode("latin-1")))


class RequestHeads(Abuse):
    def test_headers_that_smuggle(self):
        start, body = f"POST {PUSH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n", "\r\n{}"
        for lines in (
            "Content-Length: 2\r\nContent-Length: 3\r\n", "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding: chunked, identity\r\n", "Transfer-Encoding: xchunked\r\n", "Transfer-Encoding : chunked\r\n",
            "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", " folded: x\r\nContent-Length: 2\r\n", "Content-Length: +2\r\n",
            "Content-Length: 2\r\nA\x00b: c\r\n", "Host: y\r\nContent-Length: 2\r\n", "Content-Length: 2\r\nX: a\rb\r\n", ": x\r\n",
        ):
            self.assertEqual(self.status(start + lines + body), 400, lines)

    def test_request_lines_that_are_none(self):
        for line in ("GET / HTTP/1.1", "GET  / HTTP/1.1\r\nHost: x", "GET / HTTP/9.9\r\nHost: x", "get / HTTP/1.1\r\nHost x", "\x16\x03\x01\x02\x00"):
            self.assertIn(self.status(line + "\r\n\r\n"), (400, 505, None), line)
        self.assertIn(self.status("GET /" + "a" * 100_000 + " HTTP/1.1\r\nHost: x\r\n\r\n"), (400, 414))
        self.assertIn(self.status("GET / HTTP/1.1\r\nHost: x\r\n" + "A: b\r\n" * 50_000 + "\r\n"), (400, 431))
        self.assertIn(self.status("GET / HTTP/1.1\r\nHost: x\r\nA: " + "b" * 10_000_000 + "\r\n\r\n"), (400, 431))

    def test_chunks_that_lie(self):
        start = f"POST {PUSH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        for chunks in ("ffffffffffffffff\r\n{}", "-2\r\n{}\r\n0\r\n\r\n", "2;" + "e" * 100_000 + "\r\n{}\r\n0\r\n\r\n", "2\r\n{}0\r\n\r\n",
                       "g\r\n", "2\n{}\r\n0\r\n\r\n", "0x2\r\n{}\r\n0\r\n\r\n", "2\r\n{}\r\n0\r\n" + "T: x\r\n" * 10_000 + "\r\n"):
            self.assertIn(self.status(start + chunks), (400, 413, 431), chunks[:40])
        self.assertIn(self.status(start + "1\r\n \r\n" * 100_000 + "2\r\n{}\r\n0\r\n\r\n"), (400,))

    def test_a_thousand_pipelined_requests(self):
        one = b"GET /ready HTTP/1.1\r\nHost: x\r\n\r\n"
        with wire.connect(self.port) as connection:
            connection.sendall(one * 999 + one.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
            self.assertEqual(wire.read_all(connection).count(b"HTTP/1.1 200"), 1_000)

    def test_bodies_that_stop_half_way(self):
        for _ in range(200):
            with wire.connect(self.port) as connection:
                connection.sendall(f"POST {PUSH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/proto\r\nContent-Length: 99\r\n\r\nabc".encode())

    def test_duplicate_headers_of_ours(self):
        for name in ("Content-Type: application/json", "Content-Encoding: gzip", "Connect-Timeout-Ms: 1", "Accept: a", "Content-Disposition: x"):
            head = f"POST {SERIES} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{name}\r\n{name}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}"
            self.assertIn(self.status(head), (400, 415, 501, 504), name)


class HTTP2Floods(Abuse):
    def flood(self, data, repeat=1, timeout=10):
        """Sends until the server closes or all is sent; returns the frames it answered with."""
        with wire.opened(self.port, timeout) as connection:
            with contextlib.suppress(OSError):
                for _ in range(repeat):
                    connection.sendall(data)
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_WR)
            return list(wire.frames(wire.read_all(connection)))

    def test_rapid_reset(self):
        block, data = wire.request_block("/metrics"), b""
        for index in range(5_000):
            stream = 2 * index + 1
            data += wire.frame(wire.HEADERS, wire.END_HEADERS | wire.END_STREAM, stream, block)
            data += wire.frame(wire.RST_STREAM, 0, stream, b"\0\0\0\x08")
        for _ in range(10):
            answered = self.flood(data)
            self.assertIn(wire.GOAWAY, [one[0] for one in answered], "the connection was not ended")

    def test_continuation_flood(self):
        first = wire.frame(wire.HEADERS, wire.END_STREAM, 1, wire.request_block())
        for piece in (b"", wire.header_block(("x", "y" * 100)) * 100):
            answered = self.flood(first + wire.frame(wire.CONTINUATION, 0, 1, piece) * 1_000, 5)
            statuses = [one[0] for one in answered]
            self.assertIn(wire.GOAWAY, statuses)

    def test_control_frame_floods(self):
        for piece in (wire.frame(wire.PING, 0, 0, b"12345678"), wire.frame(wire.SETTINGS, 0, 0, b"\0\3\0\0\0\x64"),
                      wire.frame(wire.WINDOW_UPDATE, 0, 0, b"\0\0\0\1"), wire.frame(2, 0, 1, b"\0\0\0\0\x10")):
            self.flood(piece * 2_000, 10)
        huge = b"".join(b"\0\x10" + index.to_bytes(4, "big") for index in range(2_700))
        self.flood(wire.frame(wire.SETTINGS, 0, 0, huge))

    def test_header_bombs(self):
        """One name in the table, named ten thousand times: each costs a byte on the wire."""
        bomb = b"\x40\x01a" + b"\x7f\x80\x1f" + b"v" * 4_095 + b"\xbe" * 10_000
        for _ in range(50):
            self.flood(wire.frame(wire.HEADERS, wire.END_HEADERS | wire.END_STREAM, 1, wire.request_block() + bomb))

    def test_frames_that_are_none(self):
        for data in (wire.frame(wire.DATA, 0, 1, b"x"), wire.frame(wire.HEADERS, 4, 2, wire.request_block()), wire.frame(wire.SETTINGS, 0, 0, b"123"),
                     wire.frame(0xEE, 0xFF, 9, b"x" * 100), b"\xff\xff\xff\x00\x00\x00\x00\x00\x01", wire.frame(wire.WINDOW_UPDATE, 0, 0, b"\0\0\0\0"),
                     wire.frame(wire.HEADERS, 4, 1, b"\xff\xff\xff\xff\xff\xff"), wire.frame(wire.CONTINUATION, 4, 1, b"")):
            self.flood(data)

    def test_windows_that_never_open(self):
        """Answers that nobody takes are kept on the server only as far as a window."""
        open_connections = []
        for _ in range(50):
            connection = wire.connect(self.port)
            open_connections.append(connection)
            connection.sendall(wire.PREFACE + wire.frame(wire.SETTINGS, 0, 0, b"\0\4\0\0\0\0"))
            for index in range(50):
                connection.sendall(wire.frame(wire.HEADERS, 5, 2 * index + 1, wire.request_block("/metrics")))
        self.watched.latency(20)
        for connection in open_connections:
            connection.close()


class SlowClients(Abuse):
    STARTS = [
        b"GET /rea", f"POST {PUSH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/proto\r\nContent-Length: 1000\r\n\r\nabc".encode(),
        wire.PREFACE[:10], wire.PREFACE + wire.frame(wire.SETTINGS, 0, 0) + wire.frame(wire.HEADERS, 0, 1, wire.request_block()),
    ]

    def setUp(self):
        super().setUp()
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard < SLOW_COUNT + 500:
            self.skipTest(f"only {hard} open files are allowed")
        resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, SLOW_COUNT + 500), hard))
        self.slow = []
        self.watched.latency(50)
        self.alone = self.watched.latency(200)

    def tearDown(self):
        for connection in self.slow:
            connection.close()
        super().tearDown()

    def crowd(self, sources):
        for index in range(SLOW_COUNT):
            with contextlib.suppress(OSError):
                connection = wire.connect(self.port, 20, sources[index % len(sources)])
                self.slow.append(connection)
                connection.sendall(self.STARTS[index % len(self.STARTS)])

    def healthy(self):
        crowded = self.watched.latency(200)
        profile = pprof.build([(("main",), [1], {})], time_nanos=time.time_ns())
        self.watched.client.push({"__name__": "process_cpu", "service_name": "healthy"}, profile)
        # Generous: the test machine shares its cores; a server that starves answers in seconds.
        self.assertLess(crowded[-4], max(20 * self.alone[-4], 0.25), "99th percentile in seconds")

    def test_two_thousand_slow_connections_from_many_addresses(self):
        self.crowd([f"127.0.1.{index}" for index in range(1, 41)])
        self.healthy()
        for connection in self.slow[::7]:
            with contextlib.suppress(OSError):
                connection.sendall(b"x")
        self.healthy()

    def test_one_address_cannot_take_all_connections(self):
        self.crowd(["127.0.2.1"])
        self.healthy()
        with wire.connect(self.port, 5, "127.0.2.1") as connection:
            with contextlib.suppress(OSError):
                connection.sendall(b"GET /ready HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
            self.assertIn(wire.status(wire.read_all(connection)), (None, 503))


class BodiesInFlight(Abuse):
    flags = ("-server.http-inflight-bytes-limit=64MiB",)

    def test_large_bodies_that_never_end(self):
        """Each may be 32 MiB; together they may not."""
        head = f"POST {PUSH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/proto\r\nContent-Length: {30 << 20}\r\n\r\n"
        held, piece = [], bytes(1 << 20)
        try:
            for index in range(12):
                connection = wire.connect(self.port, 10, f"127.0.3.{index + 1}")
                held.append(connection)
                with contextlib.suppress(OSError):
                    connection.sendall(head.encode())
                    for _ in range(20):
                        connection.sendall(piece)
            refused = 0
            for connection in held[2:]:
                connection.settimeout(0.2)
                with contextlib.suppress(OSError):
                    refused += wire.status(connection.recv(1 << 16)) == 503
            self.assertGreater(refused, 5)
            self.assertTrue(self.watched.client.ready())
        finally:
            for connection in held:
                connection.close()
        profile = pprof.build([(("main",), [1], {})], time_nanos=time.time_ns())
        wait_until(lambda: self.pushes(profile), 10, "room after they left")

    def pushes(self, profile):
        body = pprof.push_request([({"__name__": "process_cpu", "service_name": "after"}, [("", profile)])])
        return self.watched.client.request("POST", PUSH, body, {"Content-Type": "application/proto"})[0] == 200


class UnlimitedBodies(Abuse):
    flags = ("-distributor.ingestion-body-limit-mb=0",)

    def test_a_promised_length_takes_no_room(self):
        """No limit for a body is no reason to believe its length."""
        for length in (1 << 40, 10**18 - 1):
            head = f"POST {PUSH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/proto\r\nContent-Length: {length}\r\n\r\n"
            with wire.connect(self.port) as connection:
                connection.sendall(head.encode() + b"x")
                time.sleep(0.3)
                self.assertTrue(self.client.ready())
                connection.sendall(b"y")
                time.sleep(0.1)


class TenantIDs(Abuse):
    flags = ("-auth.multitenancy-enabled=true",)
    REFUSED = ["", "a/b", "../x", "..", ".", "a\\b", "x" * 151, "a b", "é", "a%2fb", "a\tb", "__system", "|", "a|", "|a", "a|b", ":", ":k=v", "a\x7f",
               "a|" * 100 + "a", "<script>", "a,b", "a;b", "\"a\"", "*/*"]
    TAKEN = ["a", "A-Z_0.9", "!*'()", "x" * 150, "a:k=v", "...", "-"]

    def ask(self, values, path=SERIES):
        lines = "".join(f"X-Scope-OrgID: {value}\r\n" for value in values)
        answer = wire.exchange(self.port, (
            f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{lines}Content-Length: 26\r\nConnection: close\r\n\r\n"
            '{"start":"1","end":"1000"}'
        ).encode(), hangs_up=False)
        return wire.status(answer), answer

    def test_corpus_of_ids(self):
        for value in self.REFUSED:
            for path in (SERIES, PUSH):
                status, answer = self.ask([value], path)
                self.assertIn(status, (400, 401, 403), (value[:40], answer[-300:]))
                self.assertNotIn(b"no profiles", answer)
                self.assertLess(len(answer), 1_000)
        for value in self.TAKEN:
            status, answer = self.ask([value])
            self.assertEqual(status, 200, (value[:40], answer[-300:]))

    def test_no_id_and_two_ids(self):
        self.assertEqual(self.ask([])[0], 401)
        self.assertEqual(self.ask(["a", "b"])[0], 400)
        self.assertEqual(self.ask(["a", "a"])[0], 400)

    def test_plain_routes_tell_them_apart(self):
        for headers, expected in (({}, 401), ({"X-Scope-OrgID": "a/b"}, 400), ({"X-Scope-OrgID": "a|b"}, 403)):
            for path in ("/pyroscope/render?query=cpu", "/pyroscope/label-values?label=x"):
                self.assertEqual(self.watched.client.request("GET", path, None, headers)[0], expected, (path, headers))
        profile = pprof.build([(("main",), [1], {})])
        for value in ("a/b", "a|b"):
            status, _, _ = self.watched.client.request("POST", "/ingest?name=x&format=pprof", profile, {"X-Scope-OrgID": value})
            self.assertEqual(status, 401, value)

    def test_tenants_do_not_see_each_other(self):
        for tenant in ("one", "two"):
            body = pprof.push_request([({"__name__": "process_cpu", "service_name": tenant}, [("", pprof.build([(("main",), [1], {})], time_nanos=time.time_ns()))])])
            status, _, _ = self.watched.client.request("POST", PUSH, body, {"Content-Type": "application/proto", "X-Scope-OrgID": tenant})
            self.assertEqual(status, 200)
        now = int(time.time() * 1000)
        question = f'{{"start":"{now - 60_000}","end":"{now}","labelNames":["service_name"]}}'
        _, answer, _ = self.watched.client.request("POST", SERIES, question, {"Content-Type": "application/json", "X-Scope-OrgID": "one"})
        self.assertIn(b'"one"', answer)
        self.assertNotIn(b'"two"', answer)


if __name__ == "__main__":
    unittest.main()
