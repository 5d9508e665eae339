# SPDX-License-Identifier: Apache-2.0
"""Hostile bodies at the door of a real server: each is refused with a clear error, none costs memory or a 5xx."""

import gzip
import json
import random
import time
import unittest
import zlib
from concurrent import futures

from hearthtest import pprof, wire
from hearthtest.wire import form
from hearthtest.watched import WatchedCase

PUSH = "/push.v1.PusherService/Push"
QUERY = "/querier.v1.QuerierService/"
CPU = "process_cpu:cpu:nanoseconds:cpu:nanoseconds"
LABELS = {"__name__": "process_cpu", "service_name": "hostile"}
CLIENT_CODES = {3, 5, 8, 9, 11, 12}


def bomb(size: int) -> bytes:
    """`size` zeros as gzip, about a thousandth of that."""
    packer, out = zlib.compressobj(9, zlib.DEFLATED, 31), []
    zeros = bytes(1 << 20)
    for _ in range(size >> 20):
        out.append(packer.compress(zeros))
    return b"".join(out) + packer.flush()


class Attack(WatchedCase):
    growth_mib = 300

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client.push(LABELS, pprof.build([(("main", "work"), [5], {})], time_nanos=time.time_ns()))

    def refused(self, target, body, content_type, *, headers=None, statuses=(400, 413, 415, 422, 429, 431, 501)):
        start = time.monotonic()
        status, answer, _ = self.client.request("POST", target, body, {"Content-Type": content_type, **(headers or {})})
        self.assertIn(status, statuses, answer[:300])
        self.assertLess(time.monotonic() - start, 10, "seconds for one request")
        return answer

    def grpc(self, path, body, content_type="application/grpc", *extra):
        """The status of a gRPC call made frame by frame; -1 when the stream was reset."""
        with wire.opened(self.watched.port) as connection:
            block = wire.request_block(path, "POST", ("content-type", content_type), ("te", "trailers"), *extra)
            connection.sendall(wire.frame(wire.HEADERS, wire.END_HEADERS, 1, block))
            pieces = [body[at:at + 16_384] for at in range(0, min(len(body), 60_000), 16_384)] or [b""]
            for index, piece in enumerate(pieces):
                last = wire.END_STREAM if index == len(pieces) - 1 else 0
                connection.sendall(wire.frame(wire.DATA, last, 1, piece))
            data = b""
            while piece := connection.recv(1 << 16):
                data += piece
                for kind, flags, stream, payload in wire.frames(data):
                    if stream == 1 and kind == wire.RST_STREAM:
                        return -1
                    if stream == 1 and flags & wire.END_STREAM:
                        return self.code(data)
        return -1

    @staticmethod
    def code(data):
        """`grpc-status` of the last header block, wherever HPACK put it."""
        import hpack

        decoder, found = hpack.Decoder(), None
        for kind, _, _, payload in wire.frames(data):
            if kind == wire.HEADERS:
                found = dict(decoder.decode(payload)).get("grpc-status", found)
        return int(found)


class HostileWrites(Attack):
    def test_truncated_push_in_every_transport(self):
        profile = pprof.build([(("main", f"f{i}"), [i + 1], {}) for i in range(20)])
        whole = pprof.push_request([(LABELS, [("id", profile)])])
        text = json.dumps({"series": [{"labels": [{"name": "a", "value": "b"}], "samples": [{"ID": "x"}]}]}).encode()
        for cut in range(1, len(whole), max(1, len(whole) // 40)):
            if whole[:cut]:
                self.refused(PUSH, whole[:cut], "application/proto")
        for cut in range(0, len(text), 3):
            self.refused(PUSH, text[:cut], "application/json")
        message = wire.grpc_message(whole)
        for cut in range(0, len(message), max(1, len(message) // 25)):
            self.assertIn(self.grpc(PUSH, message[:cut]), CLIENT_CODES, cut)
            status, answer, headers = self.client.request(
                "POST", PUSH, message[:cut], {"Content-Type": "application/grpc-web+proto"}
            )
            found = headers.get("grpc-status") or answer.rpartition(b"grpc-status: ")[2][:2]
            self.assertEqual(status, 200)
            self.assertIn(int(found), CLIENT_CODES, (cut, answer, headers))

    def test_overlong_push_in_every_transport(self):
        whole = pprof.push_request([(LABELS, [("id", pprof.build([(("main",), [1], {})]))])])
        for announced in (len(whole) + 1, 1 << 24, (1 << 32) - 1):
            self.assertIn(self.grpc(PUSH, wire.grpc_message(whole, length=announced)), CLIENT_CODES)
        self.assertIn(self.grpc(PUSH, wire.grpc_message(whole) * 2), CLIENT_CODES)
        self.assertIn(self.grpc(PUSH, wire.grpc_message(whole, flags=0xFF)), CLIENT_CODES | {13})
        self.refused(PUSH, b"\0" * ((32 << 20) + 1), "application/proto", statuses=(413, 429))
        head = f"POST {PUSH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/proto\r\nContent-Length: "
        for length in ("18446744073709551616", "9223372036854775807", "-1", "1e3", "0x10", "1,2", ""):
            answer = wire.exchange(self.watched.port, f"{head}{length}\r\n\r\nabc".encode())
            self.assertIn(wire.status(answer), (400, 413, 429), (length, answer[:200]))

    def test_nested_lengths_that_lie(self):
        for inner in (b"\x0a\xff\xff\xff\xff\x0f", b"\x0a\xff\xff\xff\xff\xff\xff\xff\xff\x7f", b"\x0a\x05\x12\xff\x01"):
            self.refused(PUSH, inner, "application/proto", statuses=(400,))
        deep = b""
        for _ in range(5_000):
            deep = pprof.field(1, deep)
        self.refused(PUSH, deep, "application/proto", statuses=(400,))
        groups = b"\x1b" * 100_000
        self.refused(PUSH, groups, "application/proto", statuses=(400,))

    def test_a_million_empty_profiles(self):
        self.refused(PUSH, pprof.field(1, b"\x12\x00" * 1_000_000), "application/proto", statuses=(400,))
        self.refused(PUSH, b"\x0a\x00" * 1_000_000, "application/proto", statuses=(400,))
        samples = ",".join(["{}"] * 500_000)
        self.refused(PUSH, f'{{"series":[{{"samples":[{samples}]}}]}}'.encode(), "application/json", statuses=(400,))

    def test_gzip_bombs_on_every_layer(self):
        zeros = bomb(1 << 30)
        layered = gzip.compress(zeros)
        self.refused(PUSH, zeros, "application/proto", headers={"Content-Encoding": "gzip"})
        self.refused(PUSH, layered, "application/json", headers={"Content-Encoding": "gzip"})
        small = bomb(96 << 20)[:59_000]
        self.assertIn(self.grpc(PUSH, wire.grpc_message(small, 1), "application/grpc", ("grpc-encoding", "gzip")), CLIENT_CODES)
        for inner in (zeros, layered):
            self.refused(PUSH, pprof.push_request([(LABELS, [("id", inner)])]), "application/proto")
            self.refused("/ingest?name=bomb&format=pprof", inner, "application/octet-stream")
            self.refused("/ingest?name=bomb", form(("profile", inner)), "multipart/form-data; boundary=xyz")
            self.refused("/ingest?name=bomb&format=jfr", inner, "application/octet-stream")
            self.refused("/ingest?name=bomb&format=jfr", form(("jfr", inner)), "multipart/form-data; boundary=xyz")
        many = pprof.push_request([(LABELS, [(str(i), bomb(15 << 20)) for i in range(200)])])
        self.refused(PUSH, many, "application/proto")
        members = bomb(1 << 20) * 200
        self.refused(PUSH, pprof.push_request([(LABELS, [("id", members)])]), "application/proto")
        self.refused(QUERY + "Series", zeros, "application/proto", headers={"Content-Encoding": "gzip"})

    def test_many_bombs_at_once(self):
        zeros = bomb(1 << 30)
        inner = pprof.push_request([(LABELS, [("id", bomb(60 << 20))])])

        def throw(index):
            if index % 2:
                self.refused(PUSH, inner, "application/proto")
            else:
                self.refused(PUSH, zeros, "application/proto", headers={"Content-Encoding": "gzip"})

        with futures.ThreadPoolExecutor(24) as pool:
            list(pool.map(throw, range(48)))

    def test_zstd_and_unknown_encodings(self):
        magic = b"\x28\xb5\x2f\xfd\xa4\x00\x00\x00\x40" + b"\x00" * 100
        for encoding in ("zstd", "br", "gzip, gzip", "deflate", "x" * 5_000):
            answer = self.refused(PUSH, magic, "application/proto", headers={"Content-Encoding": encoding})
            self.assertLess(len(answer), 1_000)
        self.refused(PUSH, pprof.push_request([(LABELS, [("id", magic)])]), "application/proto")
        self.refused("/ingest?name=z&format=pprof", magic, "application/octet-stream")

    def test_multipart_bombs(self):
        kind = "multipart/form-data; boundary=xyz"
        parts = [(f"p{i}", b"x") for i in range(100_000)]
        self.refused("/ingest?name=m", form(*parts), kind, statuses=(422,))
        self.refused("/ingest?name=m", b"--xyz\r\n" + b"A: b\r\n" * 500_000, kind, statuses=(422, 431))
        self.refused("/ingest?name=m", b"--xyz" + b" " * 16_000_000 + b"x\r\n", kind, statuses=(422,))
        self.refused("/ingest?name=m", form(("profile", b"abc"), end=False), kind, statuses=(422,))
        self.refused("/ingest?name=m", b"\r\n--xy" * 2_000_000, kind, statuses=(422,))
        for boundary in ("", "x" * 71, "x" * 5_000, '"', "\x7f"):
            self.refused("/ingest?name=m", form(("profile", b"x")), f"multipart/form-data; boundary={boundary}", statuses=(400, 422, 431))
        nested = form(("profile", form(("profile", b"x"), boundary="inner")))
        self.refused("/ingest?name=m", nested, kind, statuses=(422,))
        near = b"\r\n--xy" + b"\r" * 1_000_000
        self.refused("/ingest?name=m", form(("profile", near)), kind, statuses=(422,))
        config = b'{"cpu":' * 100_000
        self.refused("/ingest?name=m", form(("profile", b"x"), ("sample_type_config", config)), kind, statuses=(422,))

    def test_a_hundred_thousand_labels(self):
        labels = {f"l{i}": "v" for i in range(100_000)}
        profile = pprof.build([(("main",), [1], {})])
        answer = self.refused(PUSH, pprof.push_request([({**LABELS, **labels}, [("id", profile)])]), "application/proto")
        self.assertLess(len(answer), 8_000)
        self.refused(PUSH, pprof.push_request([({**LABELS, "x": "v" * 5_000_000}, [("id", profile)])]), "application/proto")
        sample_labels = pprof.build([(("main",), [1], {f"k{i}": f"v{i}" for i in range(100_000)})])
        self.refused(PUSH, pprof.push_request([(LABELS, [("id", sample_labels)])]), "application/proto")
        name = "app{" + ",".join(f"l{i}=v" for i in range(100)) + "}"
        self.refused(f"/ingest?format=pprof&name={name.replace('{', '%7B').replace('}', '%7D')}", profile, "application/octet-stream")

    def test_recordings_that_are_none(self):
        head = b"FLR\0\0\2\0\1"
        for size in (0, 1, 68, (1 << 31), (1 << 63) - 1, (1 << 64) - 1):
            for offset in (0, 68, (1 << 62), (1 << 64) - 1):
                chunk = head + b"".join(one.to_bytes(8, "big") for one in (size, offset, offset, 0, 0, 0, 1)) + bytes(4)
                for body in (chunk, chunk + b"\xff" * 1_000, chunk * 2, chunk + bytes(1_000_000)):
                    self.refused("/ingest?name=j&format=jfr", body, "application/octet-stream", statuses=(200, 422))

    def test_mutated_profiles(self):
        chance = random.Random(7)
        whole = pprof.build([(("main", f"f{i}"), [i + 1], {"k": f"v{i % 3}"}) for i in range(30)], compress=False)
        for _ in range(400):
            broken = bytearray(whole)
            for _ in range(chance.randint(1, 8)):
                broken[chance.randrange(len(broken))] = chance.randrange(256)
            target, body, kind = chance.choice([
                (PUSH, pprof.push_request([(LABELS, [("id", bytes(broken))])]), "application/proto"),
                ("/ingest?name=mutant&format=pprof", bytes(broken), "application/octet-stream"),
                ("/ingest?name=mutant", form(("profile", gzip.compress(broken, 1))), "multipart/form-data; boundary=xyz"),
            ])
            self.refused(target, body, kind, statuses=(200, 400, 413, 422))


class HostileReads(Attack):
    RANGES = [
        (-(1 << 63), (1 << 63) - 1), ((1 << 63) - 1, (1 << 63) - 1), (-(1 << 63), -(1 << 63)), (1, (1 << 63) - 1), (0, 0),
        (5, 1), (-1, 1), (1 << 62, (1 << 62) + 1_000), (1 << 53, (1 << 53) + 86_400_000),
    ]
    RPCS = ["ProfileTypes", "LabelNames", "LabelValues", "Series", "SelectMergeStacktraces", "SelectSeries"]

    def now(self):
        return int(time.time() * 1000)

    def query(self, rpc, statuses=(200, 400), **more):
        message = {"start": self.now() - 60_000, "end": self.now(), **more}
        if rpc.startswith("Select"):
            message = {"profileTypeID": CPU, "labelSelector": "{}", "step": 15, **message}
        if rpc == "LabelValues":
            message = {"name": "service_name", **message}
        body = message if isinstance(message, bytes) else json.dumps(message).encode()
        start = time.monotonic()
        status, answer, _ = self.client.request("POST", QUERY + rpc, body, {"Content-Type": "application/json"})
        self.assertIn(status, statuses, (rpc, more, answer[:300]))
        self.assertLess(time.monotonic() - start, 5, (rpc, str(more)[:200]))
        return answer

    def test_absurd_times(self):
        for rpc in self.RPCS:
            for start, end in self.RANGES:
                self.query(rpc, start=str(start), end=str(end))
        for text in ("now", "-1", "9" * 40, "1e999", "NaN", "now-9999999999999999y", "%00", "0x10", "20260230"):
            for target in (f"/pyroscope/render?query={CPU}&from={text}", f"/pyroscope/render?query={CPU}&from=now-1h&until={text}"):
                status, answer, _ = self.client.request("GET", target)
                self.assertIn(status, (200, 400), answer[:200])
            profile = pprof.build([(("main",), [1], {})])
            status, answer, _ = self.client.request("POST", f"/ingest?name=t&format=pprof&from={text}&until={text}", profile)
            self.assertIn(status, (200, 400, 422), answer[:200])

    def test_absurd_steps(self):
        month = {"start": self.now() - 30 * 86_400_000, "end": self.now()}
        for step in (0.001, 1e-9, 0, -1, 1e300, "NaN", "Infinity", "-Infinity", 5e-324):
            self.query("SelectSeries", step=step, **month)
            self.query("SelectSeries", step=step, start="1", end=str((1 << 63) - 1))

    def test_absurd_node_limits(self):
        for count in (0, 1, -1, 1 << 20, (1 << 20) + 1, 1 << 31, (1 << 63) - 1, -(1 << 63)):
            self.query("SelectMergeStacktraces", maxNodes=str(count))
            status, answer, _ = self.client.request("GET", f"/pyroscope/render?query={CPU}&from=now-1h&max-nodes={count}")
            self.assertIn(status, (200, 400), answer[:200])
        self.query("SelectMergeStacktraces", maxNodes="9" * 30, statuses=(400,))
        self.query("SelectSeries", limit=str((1 << 63) - 1))
        self.query("SelectSeries", limit="-9223372036854775808")
        self.query("SelectSeries", groupBy=[f"l{i}" for i in range(100_000)])
        self.query("SelectMergeStacktraces", stackTraceSelector={"callSite": [{"name": "f"}] * 100_000})

    def test_regular_expressions_that_blow_up(self):
        self.client.push({**LABELS, "x": "a" * 2_000}, pprof.build([(("main",), [1], {})], time_nanos=time.time_ns()))
        patterns = [
            "(a+)+$", "(a|aa)+$", "(a*)*b", "a{1000}{1000}", "((a{1,100}){1,100}){1,100}", "(" * 1_000 + ")" * 1_000, "[", "(?P<n", "\\\\",
            ".*" * 400 + "b", "(?i)" + "x" * 900, "a" * 100_000, "\\\\pN{500}", "(?:.{0,500}){2}", "\\\\C*", "\\\\x{10ffff}", "(a)\\\\1",
        ]
        for pattern in patterns:
            for selector in (f'{{x=~"{pattern}"}}', f'{{x!~"{pattern}"}}'):
                self.query("SelectMergeStacktraces", labelSelector=selector)
                self.query("Series", matchers=[selector])
        self.query("Series", matchers=['{x=~"(a+)+$"}'] * 1_000)
        self.query("Series", matchers=["{" + ",".join(f'x=~"a{i}.*"' for i in range(500)) + "}"])
        for selector in ("{" * 10_000, '{a="' + "b" * 1_000_000, '{"' + "a" * 20_000 + '"="b"}', "\0", "{a='b'}" * 5_000):
            self.query("SelectSeries", labelSelector=selector, statuses=(400,))

    def test_deep_json(self):
        for opening, closing in (("[", "]"), ('{"a":', "}"), ('{"series":[', "]}"), ('{"stackTraceSelector":', "}")):
            for depth in (100, 10_000, 500_000):
                for target in (PUSH, QUERY + "SelectMergeStacktraces"):
                    nested = '{"unknown":' + opening * depth + "1" + closing * depth + "}"
                    self.refused(target, nested.encode(), "application/json", statuses=(200, 400, 413, 429))
                    self.refused(target, (opening * depth).encode(), "application/json", statuses=(400, 413, 429))
        for text in ('{"start":1e400}', '{"start":"1e30"}', '{"a":"\\ud800"}', '{"a":"\xff"}', "nul", '{"start":1,}', '{"start":' + "1" * 1_000_000 + "}"):
            self.refused(QUERY + "Series", text.encode("latin-1"), "application/json", statuses=(400,))

    def test_paths_and_queries(self):
        for target in (
            "/pyroscope/render?" + "a=b&" * 1_500, "/pyroscope/render?query=%", "/pyroscope/render?query=%zz", "/%2e%2e/%2e%2e/etc/passwd",
            "/../../etc/passwd", "/" + "a" * 7_000, "//", "/pyroscope/render?a=b;c", "/pyroscope/label-values?label=" + "x" * 5_000,
            "/%00", "/\x7f", QUERY + "Nothing", "/index.html%00.js",
        ):
            answer = wire.exchange(self.watched.port, f"GET {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode("latin-1"), hangs_up=False)
            self.assertIn(wire.status(answer), (200, 400, 404, 405, 414, 431), (target[:80], answer[:200]))
            self.assertNotIn(b"root:", answer)


if __name__ == "__main__":
    unittest.main()
