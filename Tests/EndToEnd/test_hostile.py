# SPDX-License-Identifier: Apache-2.0
"""Hostile bodies at the door of a real server: each is refused with a clear error, none costs memory or a 5xx."""

import gzip
import json
import random
import time
import unittest
from concurrent import futures

from hearthtest import pprof, wire
from hearthtest.attack import CLIENT_CODES, FORM, LABELS, PUSH, QUERY, REFUSALS, Attack, bomb
from hearthtest.wire import form

CPU = "process_cpu:cpu:nanoseconds:cpu:nanoseconds"


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
            self.refused("/ingest?name=bomb", form(("profile", inner)), FORM)
            self.refused("/ingest?name=bomb&format=jfr", inner, "application/octet-stream")
            self.refused("/ingest?name=bomb&format=jfr", form(("jfr", inner)), FORM)
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
                self.sent(PUSH, inner, "application/proto")
            else:
                self.sent(PUSH, zeros, "application/proto", headers={"Content-Encoding": "gzip"})

        with futures.ThreadPoolExecutor(24) as pool:
            list(pool.map(throw, range(48)))

    def test_bombs_that_lie_about_their_size(self):
        zeros = bomb(1 << 30)
        for declared in (0, 1, 1 << 20, (1 << 32) - 1):
            lying = zeros[:-4] + declared.to_bytes(4, "little")
            self.refused(PUSH, lying, "application/proto", headers={"Content-Encoding": "gzip"})
            self.refused(PUSH, pprof.push_request([(LABELS, [("id", lying)])]), "application/proto")
            self.refused("/ingest?name=bomb", lying, "text/plain")
            self.refused("/ingest?name=bomb&format=jfr", form(("jfr", lying)), FORM)
        for cut in (11, 1_000, len(zeros) - 5):
            self.refused(PUSH, zeros[:cut], "application/proto", headers={"Content-Encoding": "gzip"})
            self.refused("/ingest?name=bomb&format=pprof", zeros[:cut], "application/octet-stream")
        for size in (1, 100, 60_000):
            self.assertIn(self.chunked(PUSH, zeros[:100_000], "application/proto", headers={"Content-Encoding": "gzip"}, size=size), REFUSALS)
        self.assertIn(self.chunked(PUSH, zeros, "application/proto", headers={"Content-Encoding": "gzip"}), REFUSALS)
        self.assertIn(self.chunked("/ingest?name=bomb&format=pprof", zeros, "application/octet-stream"), REFUSALS)

    def test_what_the_limit_allows_is_in_memory_once(self):
        self.refused(PUSH, bomb(60 << 20), "application/proto", headers={"Content-Encoding": "gzip"}, statuses=(400,), mib=66)
        self.refused("/ingest?name=bomb&format=jfr", bomb(60 << 20), "application/octet-stream", statuses=(422,), mib=66)

    def test_zstd_and_unknown_encodings(self):
        header, block = b"\x28\xb5\x2f\xfd", lambda size, last=0: (last | 2 | size << 3).to_bytes(3, "little") + b"\0"
        run = block(128 << 10)
        frames = [
            header + b"\x00\x50" + run * 8_191 + block(128 << 10, 1), header + b"\x00\xa8" + run * 8_191 + block(128 << 10, 1),
            header + b"\xc0\x50" + (1 << 62).to_bytes(8, "little") + run * 100 + block(1, 1), header + b"\x03\x50\1\2\3\4" + block(1, 1),
            header + b"\xe0" + (1 << 40).to_bytes(8, "little") + run, b"\x50\x2a\x4d\x18\xff\xff\xff\xff" + b"\0" * 1_000,
            header + b"\xa4\x00\x00\x00\x40" + b"\x00" * 100, header, header[:3], b"", header + b"\xff" * 1_000,
            (header + b"\x00\x50" + run * 600 + block(1, 1)) * 20,
        ]
        for packed in frames:
            self.refused(PUSH, packed, "application/proto", headers={"Content-Encoding": "zstd"})
            self.refused("/ingest?name=z&format=pprof", packed, "application/octet-stream", headers={"Content-Encoding": "zstd"}, statuses=(200, *REFUSALS))
            self.refused(PUSH, pprof.push_request([(LABELS, [("id", packed)])]), "application/proto")
            self.assertIn(self.grpc(PUSH, wire.grpc_message(packed[:50_000], 1), "application/grpc", ("grpc-encoding", "zstd")), CLIENT_CODES)
        for encoding in ("br", "gzip, gzip", "deflate", "x" * 5_000):
            answer = self.refused(PUSH, frames[0], "application/proto", headers={"Content-Encoding": encoding})
            self.assertLess(len(answer), 1_000)

    def test_multipart_bombs(self):
        parts = [(f"p{i}", b"x") for i in range(100_000)]
        self.refused("/ingest?name=m", form(*parts), FORM, statuses=(422,))
        self.refused("/ingest?name=m", b"--xyz\r\n" + b"A: b\r\n" * 500_000, FORM, statuses=(422, 431))
        self.refused("/ingest?name=m", b"--xyz" + b" " * 16_000_000 + b"x\r\n", FORM, statuses=(422,))
        self.refused("/ingest?name=m", form(("profile", b"abc"), end=False), FORM, statuses=(422,))
        self.refused("/ingest?name=m", b"\r\n--xy" * 2_000_000, FORM, statuses=(422,))
        for boundary in ("", "x" * 71, "x" * 5_000, '"', "\x7f"):
            self.refused("/ingest?name=m", form(("profile", b"x")), f"multipart/form-data; boundary={boundary}", statuses=(400, 422, 431))
        nested = form(("profile", form(("profile", b"x"), boundary="inner")))
        self.refused("/ingest?name=m", nested, FORM, statuses=(422,))
        near = b"\r\n--xy" + b"\r" * 1_000_000
        self.refused("/ingest?name=m", form(("profile", near)), FORM, statuses=(422,))
        config = b'{"cpu":' * 100_000
        self.refused("/ingest?name=m", form(("profile", b"x"), ("sample_type_config", config)), FORM, statuses=(422,))

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
                ("/ingest?name=mutant", form(("profile", gzip.compress(broken, 1))), FORM),
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
