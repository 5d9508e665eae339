# SPDX-License-Identifier: Apache-2.0
"""OTLP profiles of every generation of senders, by gRPC and HTTP: what is answered, and what can be read back.

`Tests/Fixtures/otlp` holds messages of the Collector's own libraries, one library version per name; where the shared folder lies
beside the repository, all recorded requests are sent as well. Nothing may be answered with success and be gone.
"""

import collections
import gzip
import json
import re
import unittest

import grpc
from hearthtest import pprof
from hearthtest.client import Client
from hearthtest.process import ROOT, SHARED, UNLIMITED, Folder, hearth

FIXTURES = ROOT / "Tests" / "Fixtures" / "otlp"
PACK = SHARED / "conformance" / "otlp"
EXPORT = "/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export"
PLAIN = "/v1development/profiles"
PROTOBUF, JSON = "application/x-protobuf", "application/json"
WINDOW = {"start": 1_795_000_000_000, "end": 1_796_000_000_000}

CPU = "process_cpu:cpu:nanoseconds:cpu:nanoseconds"
WORK = {("main", "work", "hash"): 350_000_000, ("main", "work", "pack"): 150_000_000, ("main", "idle"): 50_000_000}
FLAT = {("main", "hash"): 350_000_000, ("main", "pack"): 150_000_000, ("main", "idle"): 50_000_000}
LINKS = {("main", "hash"): 350_000_000, ("main", "pack"): 150_000_000}
SMALL = {("main", "work", "pack"): 150_000_000, ("main", "idle"): 100_000_000, ("main", "work", "hash"): 50_000_000}
NATIVE = {
    ("native!0x400120", "native!0x400110", "native!0x400100"): 350_000_000, ("main", "native!0x400100"): 150_000_000,
}

# What each fixture becomes: services, and stacks by type; or the reason why it is refused.
STORED = {
    "v0.122-cpu": (["shop"], {CPU: WORK}),
    "v0.128-cpu": (["shop"], {CPU: WORK}),
    "v0.128-off-cpu": (["shop"], {
        "off_cpu:events:nanoseconds::": {("main", "work", "hash"): 7, ("main", "work", "pack"): 3, ("main", "idle"): 1},
    }),
    "v0.136-cpu": (["shop"], {CPU: WORK}),
    "v0.140-cpu": (["shop"], {CPU: WORK}),
    "v0.140-cpu-small-values": (["shop"], {CPU: SMALL}),
    "v0.140-links": (["shop"], {CPU: LINKS}),
    "v0.159-cpu": (["shop"], {CPU: WORK}),
    "v0.159-links": (["shop"], {CPU: LINKS}),
    "v0.159-service-name-per-sample": (["alpha", "beta", "unknown_service"], {CPU: FLAT}),
    "v0.159-timestamps-and-values": (["shop"], {"off_cpu:off_cpu:nanoseconds::": {("main", "read"): 18}}),
    "v0.165-cpu": (["shop"], {CPU: WORK}),
    "v0.165-attribute-kinds": (["shop"], {CPU: {("main", "hash"): 350_000_000}}),
    "v0.165-native-without-lines": (["shop"], {CPU: NATIVE}),
}
REFUSED = {
    "v0.112-cpu": "missing profile metadata dictionary",
    "v0.159-attribute-index-out-of-range": "could not access attribute at index 77",
}

# Recorded cases by name: `type=total/names in the flame graph`. Most of them the real server answers alike.
RECORDED = {
    "cpu": f"{CPU}=550000000/6n",
    "cpu-small-values": f"{CPU}=300000000/6n",
    "links": f"{CPU}=500000000/4n",
    "off-cpu": "off_cpu:off_cpu:nanoseconds::=11/6n",
    "timestamps-and-values": "off_cpu:off_cpu:nanoseconds::=18/3n",
    "wall-with-period": "wall:wall:nanoseconds:wall:nanoseconds=11/6n",
    "alloc-space-with-period": "space:alloc_space:bytes:space:bytes=11/6n",
    "attribute-kinds": f"{CPU}=350000000/3n",
    "inlined-lines": f"{CPU}=350000000/4n",
    "cpu-nanoseconds-with-period": "cpu:cpu:nanoseconds:cpu:nanoseconds=11/6n",
    "cpu-nanoseconds-without-period": "cpu:cpu:nanoseconds::=11/6n",
    "native-without-lines": f"{CPU}=500000000/5n",
    "native-without-lines-symbolizer-on": f"{CPU}=500000000/5n",
    "no-service-but-executable": f"{CPU}=550000000/6n",
    "service-name-per-sample": f"{CPU}=550000000/5n",
    "two-profiles-one-scope": f"off_cpu:off_cpu:nanoseconds::=11/6n {CPU}=550000000/6n",
    "two-resources": f"{CPU}=1100000000/6n",
}
# The libraries of these versions know neither links in the dictionary nor the later name of off-CPU time.
OLDER = {
    "tables-in-profile-pdata-v0.122/links": RECORDED["cpu"],
    "tables-in-profile-pdata-v0.122/off-cpu": "off_cpu:events:nanoseconds::=11/6n",
    "dictionary-pdata-v0.128/links": RECORDED["cpu"],
    "dictionary-pdata-v0.128/off-cpu": "off_cpu:events:nanoseconds::=11/6n",
    "stack-table-pdata-v0.136/links": RECORDED["cpu"],
}
FAULTY = {
    "attribute-index-out-of-range": "could not access attribute at index 77",
    "attribute-service_name": "has duplicate label name",
    "empty-request": "missing resource profiles",
    "forty-resource-attributes": "limit 30",
    "no-sample-type": "invalid metric name",
    "no-values-no-timestamps": "sample value is required",
}
UNKNOWN = {"containers-pdata-v0.112"}


def zstd(message: bytes) -> bytes:
    """A frame of zstd with one block that is stored as it is."""
    size = len(message)
    assert 256 <= size < 65_536
    return b"\x28\xb5\x2f\xfd\x60" + (size - 256).to_bytes(2, "little") + (size << 3 | 1).to_bytes(3, "little") + message


class Answer(collections.namedtuple("Answer", "ok code text")):
    """Of gRPC or of HTTP: whether it is a success, its code, and the message or the body."""


class OTLPCase(unittest.TestCase):
    flags = ("-auth.multitenancy-enabled=true",)

    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.server = hearth(cls.folder.path, *UNLIMITED, *cls.flags)
        cls.server.start()
        cls.channel = grpc.insecure_channel(f"127.0.0.1:{cls.server.port}", [("grpc.max_send_message_length", -1)])

    @classmethod
    def tearDownClass(cls):
        cls.channel.close()
        cls.server.close()
        cls.folder.close()

    def grpc(self, tenant, message, *, packed=False, path=EXPORT):
        compression = grpc.Compression.Gzip if packed else grpc.Compression.NoCompression
        metadata = [("x-scope-orgid", tenant)] if tenant else []
        try:
            body = self.channel.unary_unary(path)(message, timeout=20, metadata=metadata, compression=compression)
            return Answer(True, "OK", body)
        except grpc.RpcError as error:
            return Answer(False, error.code().name, error.details().encode())

    def http(self, tenant, message, content_type, *, packed=False, path=PLAIN, headers=None):
        sent = {"Content-Type": content_type, **({"Content-Encoding": "gzip"} if packed else {}), **(headers or {})}
        body = gzip.compress(message) if packed else message
        status, answer, _ = Client(self.server.port, tenant).request("POST", path, body, sent)
        return Answer(status == 200, status, answer)

    def stored(self, tenant):
        """Services, and the stacks of each type."""
        client = Client(self.server.port, tenant)
        types = [one["ID"] for one in client.call("ProfileTypes", WINDOW).get("profileTypes", [])]
        services = client.call("LabelValues", {"name": "service_name", **WINDOW}).get("names", [])
        return sorted(services), {one: dict(client.stacks(one, **WINDOW)) for one in types}

    def totals(self, tenant):
        client, lines = Client(self.server.port, tenant), []
        for one in client.call("ProfileTypes", WINDOW).get("profileTypes", []):
            graph = client.flamegraph(one["ID"], **WINDOW)
            lines.append(f"{one['ID']}={graph['total']}/{len(graph['names'])}n")
        return " ".join(sorted(lines))


class Fixtures(OTLPCase):
    def sendings(self, path):
        """Each way in which a message of this form may come."""
        message = path.read_bytes()
        if path.suffix == ".json":
            yield "http-json", lambda tenant: self.http(tenant, message, JSON)
            yield "http-json-gzip", lambda tenant: self.http(tenant, message, f"{JSON}; charset=utf-8", packed=True)
            return
        yield "grpc", lambda tenant: self.grpc(tenant, message)
        yield "grpc-gzip", lambda tenant: self.grpc(tenant, message, packed=True)
        yield "http", lambda tenant: self.http(tenant, message, PROTOBUF)
        yield "http-gzip", lambda tenant: self.http(tenant, message, "application/protobuf", packed=True)
        framed = zstd(message)
        yield "http-zstd", lambda tenant: self.http(tenant, framed, PROTOBUF, headers={"Content-Encoding": "zstd"})
        yield "http-long-path", lambda tenant: self.http(tenant, message, PROTOBUF, path=EXPORT)

    def test_every_generation_in_every_transport(self):
        seen = set()
        for path in sorted(FIXTURES.iterdir()):
            seen.add(path.stem)
            for way, send in self.sendings(path):
                with self.subTest(f"{path.name} by {way}"):
                    tenant = f"{path.name}-{way}"
                    answer = send(tenant)
                    if path.stem in STORED:
                        self.assertEqual((answer.ok, answer.text), (True, b""), answer)
                        self.assertEqual(self.stored(tenant), STORED[path.stem])
                    else:
                        self.assertIn(answer.code, ("INVALID_ARGUMENT", 400))
                        self.assertIn(REFUSED[path.stem], answer.text.decode())
                        self.assertEqual(self.stored(tenant), ([], {}))
        self.assertEqual(seen, set(STORED) | set(REFUSED))

    def test_attributes_become_labels_whatever_they_are_referred_by(self):
        found = []
        for suffix, kind in ((".pb", PROTOBUF), (".json", JSON)):
            tenant = f"labels{suffix}"
            message = (FIXTURES / f"v0.165-attribute-kinds{suffix}").read_bytes()
            self.assertTrue(self.http(tenant, message, kind).ok)
            client = Client(self.server.port, tenant)
            found.append({name: client.call("LabelValues", {"name": name, **WINDOW}).get("names") for name in (
                "service_name", "a.string", "a.int", "a.one", "process.pid", "thread.name", "a.bool", "a.list",
            )})
        self.assertEqual(found[0], found[1])
        self.assertEqual(found[0]["service_name"], ["shop"])
        self.assertEqual(found[0]["a.string"], ["ß/1"])
        self.assertEqual((found[0]["a.int"], found[0]["a.one"], found[0]["process.pid"]), (["-5"], ["single"], ["4711"]))
        self.assertIsNone(found[0]["a.bool"])
        self.assertIsNone(found[0]["a.list"])


def with_broken_profile(message: bytes) -> bytes:
    """The same export with a second resource, whose profile refers to a stack that is not there."""
    profile = (pprof.field(1, pprof.field(1, 1) + pprof.field(2, 2))
               + pprof.field(2, pprof.field(1, 99) + pprof.field(4, b"\x01")))
    return message + pprof.field(1, pprof.field(2, pprof.field(2, profile)))


class Faults(OTLPCase):
    flags = (*OTLPCase.flags, "-distributor.ingestion-body-limit-mb=1", "-distributor.inflated-body-limit=2097152")

    def setUp(self):
        self.message = (FIXTURES / "v0.159-cpu.pb").read_bytes()

    def test_a_broken_profile_is_told_of_and_the_rest_is_stored(self):
        message = with_broken_profile(self.message)
        for way, send in (
            ("grpc", lambda tenant: self.grpc(tenant, message)),
            ("http", lambda tenant: self.http(tenant, message, PROTOBUF)),
        ):
            with self.subTest(way):
                answer = send(f"partial-{way}")
                self.assertTrue(answer.ok, answer)
                partial = dict(pprof.fields(dict(pprof.fields(answer.text))[1]))
                self.assertEqual(partial, {1: 1, 2: b"failed to convert otel profile: invalid stack index: 99"})
                self.assertEqual(self.stored(f"partial-{way}"), STORED["v0.159-cpu"])

    def test_partial_success_in_json(self):
        text = json.loads((FIXTURES / "v0.159-cpu.json").read_text())
        profile = {"sampleType": {"typeStrindex": 1, "unitStrindex": 2}, "samples": [{"stackIndex": 99, "values": ["1"]}]}
        text["resourceProfiles"].append({"scopeProfiles": [{"profiles": [profile]}]})
        answer = self.http("partial-json", json.dumps(text).encode(), JSON)
        self.assertEqual(answer.code, 200)
        self.assertEqual(json.loads(answer.text), {"partialSuccess": {
            "rejectedProfiles": "1", "errorMessage": "failed to convert otel profile: invalid stack index: 99",
        }})

    def test_no_tenant(self):
        for tenant in (None, "a|b", "a/b"):
            answer = self.grpc(tenant, self.message)
            self.assertEqual((answer.ok, answer.code), (False, "UNAUTHENTICATED"), tenant)
        answer = self.http(None, self.message, PROTOBUF)
        self.assertEqual(answer.code, 401)
        self.assertEqual(json.loads(answer.text)["code"], "unauthenticated")

    def test_undecodable(self):
        for message in (b"\xff", self.message[:-1], b"\x0a\xff\xff\xff\xff\x0f"):
            answer = self.grpc("undecodable", message)
            self.assertEqual(answer.code, "INVALID_ARGUMENT", message[:20])
            answer = self.http("undecodable", message, PROTOBUF)
            self.assertEqual(answer.code, 400)
            self.assertRegex(answer.text, b"^Failed to parse protobuf request: ")
        for text in (b"", b"{", b"[]", b'{"resourceProfiles":{}}', b'{"dictionary":{"stringTable":[7]}}'):
            answer = self.http("undecodable", text, JSON)
            self.assertEqual(answer.code, 400, text)
            self.assertRegex(answer.text, b"^Failed to parse JSON request: ")
        answer = self.http("undecodable", b"not gzip", PROTOBUF, headers={"Content-Encoding": "gzip"})
        self.assertEqual(answer.code, 400)
        self.assertEqual(self.stored("undecodable"), ([], {}))

    def test_over_the_limit(self):
        large = self.message + pprof.field(2, pprof.field(5, bytes(1_100_000)))
        self.assertEqual(self.grpc("large", large).code, "RESOURCE_EXHAUSTED")
        self.assertEqual(self.http("large", large, PROTOBUF).code, 413)
        bomb = self.message + pprof.field(2, pprof.field(5, bytes(3_000_000)))
        self.assertEqual(self.grpc("large", bomb, packed=True).code, "RESOURCE_EXHAUSTED")
        answer = self.http("large", bomb, PROTOBUF, packed=True)
        self.assertEqual(answer.code, 413)
        self.assertIn(b"limit", answer.text)
        self.assertEqual(self.stored("large"), ([], {}))

    def test_unknown_media_types_and_services(self):
        self.assertEqual(self.http("other", self.message, "text/plain").code, 415)
        older = EXPORT.replace("v1development", "v1experimental")
        self.assertEqual(self.grpc("other", self.message, path=older).code, "UNIMPLEMENTED")
        status, _, headers = Client(self.server.port, "other").request("GET", PLAIN)
        self.assertEqual((status, headers.get("Allow")), (405, "POST"))


class RateLimit(OTLPCase):
    flags = (
        *OTLPCase.flags, "-distributor.ingestion-rate-limit-mb=0.001", "-distributor.ingestion-burst-size-mb=0.001",
    )

    def test_the_sender_is_told_when_to_come_back(self):
        message = (FIXTURES / "v0.159-cpu.pb").read_bytes()
        answers = [self.http("fast", message, PROTOBUF) for _ in range(4)]
        self.assertIn(429, [answer.code for answer in answers])
        with self.assertRaises(grpc.RpcError) as caught:
            for _ in range(4):
                self.channel.unary_unary(EXPORT)(message, timeout=20, metadata=[("x-scope-orgid", "fast")])
        self.assertEqual(caught.exception.code().name, "RESOURCE_EXHAUSTED")
        details = dict(caught.exception.trailing_metadata())["grpc-status-details-bin"]
        self.assertIn(b"google.rpc.RetryInfo", details)


class Recordings(OTLPCase):
    def setUp(self):
        if not PACK.is_dir():
            self.skipTest(f"no recordings at {PACK}")

    def send(self, folder, tenant):
        request = json.loads((folder / "exchange.json").read_text())["request"]
        body = (folder / "request.body").read_bytes()
        headers = {name: values[0] for name, values in request["headers"].items()}
        if headers["Content-Type"].startswith("application/grpc"):
            message = gzip.decompress(body[5:]) if body[0] else body[5:]
            return self.grpc(tenant, message, packed=bool(body[0]), path=request["target"])
        kept = {name: headers[name] for name in ("Content-Type", "Content-Encoding", "User-Agent") if name in headers}
        return self.http(tenant, body, kept.pop("Content-Type"), path=request["target"], headers=kept)

    def test_every_recorded_request(self):
        count = 0
        for case in sorted(path.parent for path in PACK.glob("*-pdata-*/*/write")):
            with self.subTest(f"{case.parent.name}/{case.name}"):
                self.check(case)
                count += 1
        self.assertGreater(count, 80)

    def answers(self, case, tenant):
        """The answers to all requests of a case, of which there are some."""
        answers = [self.send(folder, tenant) for folder in sorted((case / "write").iterdir())]
        self.assertTrue(answers, case)
        return answers

    def cases(self, pattern, at_least):
        """The folders of recorded cases, which must be as many."""
        cases = sorted(path.parent for path in PACK.glob(f"{pattern}/write"))
        self.assertGreaterEqual(len(cases), at_least, pattern)
        return cases

    def check(self, case):
        generation, name = case.parent.name, re.sub(r"-(grpc|http)(-[a-z-]+)?$", "", case.name)
        tenant = f"{generation}-{case.name}"
        answers = self.answers(case, tenant)
        if generation in UNKNOWN:
            self.assertTrue(all(answer.code in ("UNIMPLEMENTED", "INVALID_ARGUMENT", 400) for answer in answers), answers)
        elif name in FAULTY:
            self.assertTrue(all(answer.code in ("INVALID_ARGUMENT", 400) for answer in answers), answers)
            self.assertIn(FAULTY[name], answers[0].text.decode())
        else:
            self.assertTrue(all(answer.ok and not answer.text for answer in answers), answers)
            self.assertEqual(self.totals(tenant), OLDER.get(f"{generation}/{name}", RECORDED[name]))
            return
        self.assertEqual(self.stored(tenant), ([], {}))

    def test_what_collectors_send(self):
        expected = {
            "grpc-to-grpc": f"off_cpu:off_cpu:nanoseconds::=11/6n {CPU}=900000000/6n",
            "grpc-to-http-json": f"{CPU}=1050000000/6n",
            "grpc-to-http-proto": f"{CPU}=1050000000/6n",
            "http-json-to-grpc": f"{CPU}=1050000000/6n",
        }
        for case in self.cases("collector-*/*", 13):
            with self.subTest(f"{case.parent.name}/{case.name}"):
                tenant = f"{case.parent.name}-{case.name}"
                answers = self.answers(case, tenant)
                bad = [answer for answer in answers if not answer.ok]
                self.assertEqual(len(bad), 1 if case.name.startswith("bad-stack-index") else 0, bad)
                self.assertTrue(all(b"invalid stack index" in answer.text for answer in bad), bad)
                self.assertEqual(self.totals(tenant), expected.get(case.name, RECORDED["cpu"]))
                self.assertEqual(self.stored(tenant)[0], ["shop"])

    def test_what_the_ebpf_profiler_sends(self):
        for case in self.cases("ebpf-profiler/*", 7):
            with self.subTest(case.name):
                tenant = f"ebpf-{case.name}"
                answers = self.answers(case, tenant)
                self.assertTrue(all(answer.ok and not answer.text for answer in answers), answers[:3])
                services, stacks = self.stored(tenant)
                self.assertIn("unknown_service:burn-c", services)
                self.assertGreater(sum(stacks[CPU].values()), 10**9)


if __name__ == "__main__":
    unittest.main()
