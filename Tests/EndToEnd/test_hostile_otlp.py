# SPDX-License-Identifier: Apache-2.0
"""Hostile exports of 4 MiB, one after the other: what each costs in memory and CPU, and that none goes unanswered."""

import pathlib
import sys
import unittest

from hearthtest import pprof
from hearthtest.process import UNLIMITED
from hearthtest.watched import Watched

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Benchmarks"))
from load import cpu_seconds  # noqa: E402

PLAIN = "/v1development/profiles"
SIZE = 4 << 20
MEMORY_MIB, CPU_SECONDS = 32, 0.25

field = pprof.field
TYPE = field(1, field(1, 1) + field(2, 2))
STRINGS = b"".join(field(5, text) for text in ("", "samples", "count", "work"))
TABLES = (
    STRINGS + field(1, b"") + field(2, field(3, field(1, 0))) + field(3, field(1, 3)) + field(4, b"") + field(6, b"")
    + field(7, field(1, b"\0"))
)


def flood(record: bytes, size=SIZE) -> bytes:
    return record * (size // len(record))


def export(profiles: bytes = b"", tables: bytes = TABLES, resource: bytes = b"") -> bytes:
    return field(1, field(1, resource) + field(2, profiles)) + field(2, tables)


def profile(samples: bytes) -> bytes:
    return field(2, TYPE + samples)


def sample(stack=0, values=b"\x01", attributes=b"", times=b"") -> bytes:
    return field(2, field(1, stack) + field(2, attributes) + field(4, values) + field(5, times))


ONE = profile(sample())


def binary():
    """Name and message of each flood."""
    for number, name in enumerate(("mappings", "locations", "functions", "links", "strings", "attributes", "stacks"), 1):
        yield f"empty {name}", export(ONE, TABLES + flood(field(number, b"")))
    yield "lines of a location", export(ONE, TABLES + field(2, flood(field(3, b""))))
    yield "locations of a stack", export(ONE, TABLES + field(7, field(1, bytes(SIZE))))
    yield "attributes of a mapping", export(ONE, TABLES + field(1, field(5, bytes(SIZE))))
    yield "nested values", export(ONE, TABLES + nested_values())
    yield "resources", field(2, TABLES) + flood(field(1, b""))
    yield "scopes", field(2, TABLES) + field(1, flood(field(2, b"")))
    yield "profiles", export(flood(field(2, b"")))
    yield "profiles with a sample", export(flood(ONE))
    yield "empty samples", export(profile(flood(field(2, b""))))
    yield "samples", export(profile(flood(sample())))
    yield "values of a sample", export(profile(sample(values=bytes(SIZE))))
    yield "attributes of a sample", export(profile(sample(attributes=bytes(SIZE))))
    yield "times of a sample", export(profile(sample(times=bytes(SIZE))))
    yield "attributes of a resource", export(ONE, resource=flood(field(1, b"")))
    named = flood(field(1, field(1, "a") + field(2, field(1, "b"))))
    yield "named attributes of a resource", export(ONE, resource=named)
    many = b"".join(field(1, field(1, f"a{index}") + field(2, field(1, "b"))) for index in range(120))
    yield "labels of many series", export(ONE * 4_000, resource=many)
    yield "a long text", export(ONE, TABLES + field(5, bytes(SIZE)))
    stack = TABLES + field(7, field(1, bytes(1 << 20)))
    yield "a shared stack", export(profile(sample(1) * 60_000), stack)
    yield "a shared stack in many profiles", export(profile(sample(1) * 10) * 4_000, stack)
    shared = TABLES + field(6, field(1, 3) + field(2, field(1, "x")))
    yield "shared attributes", export(profile(sample(attributes=b"\1" * 12) * 60_000), shared)
    services = b"".join(field(6, field(1, 4) + field(2, field(1, f"s{index}"))) for index in range(60_000))
    each = b"".join(sample(attributes=pprof.varint(1 + index)) for index in range(60_000))
    yield "services", export(profile(each), TABLES + field(5, "service.name") + services)
    texts = TABLES + field(5, "service.name") + field(5, "x" * (1 << 20))
    for name, key in (("services", 4), ("labels", 3)):
        attributes = field(6, field(1, key) + field(2, field(8, 5))) * 60_000
        used = b"".join(sample(attributes=pprof.varint(1 + index)) for index in range(60_000))
        yield f"{name} that are one long text", export(profile(used), texts + attributes)
    yield "all tables full", export(profile(sample() * 60_000), full_tables())
    own = TYPE + field(10, b"") * 300 + field(4, b"") * 100 + field(6, b"") * 100 + field(2, b"")
    yield "tables in each profile", field(1, field(2, flood(field(2, own))))
    yield "unknown fields", export(ONE) + flood(b"\x78\x01")


def full_tables() -> bytes:
    """As much of everything as is taken, but for lists of locations that take the rest of the request."""
    counts = ((1, b"", 4_000), (2, field(3, b""), 65_000), (3, field(1, 3), 65_000), (4, b"", 65_000), (5, "a", 130_000),
              (6, field(1, 3) + field(2, field(3, 1)), 65_000), (7, b"", 65_000))
    tables = TABLES + b"".join(field(number, record) * count for number, record, count in counts)
    return tables + field(7, field(1, bytes(min(2_000_000, SIZE - len(tables) - 660_000))))


def nested_values() -> bytes:
    value = b""
    for _ in range(5_000):
        value = field(5, field(1, value))
    return field(6, field(1, 1) + field(2, value)) * 40


def listed(head: str, element: str, tail: str, size=SIZE) -> bytes:
    count = min(size, SIZE) // (len(element) + 1)
    return (head + ",".join([element] * count) + tail).encode()


def text():
    """Name and JSON of each flood."""
    tables = ("mapping", "location", "function", "link", "attribute", "stack")
    for name in tables:
        yield f"empty {name} table", listed(f'{{"dictionary":{{"{name}Table":[', "{}", "]}}")
    yield "strings", listed('{"dictionary":{"stringTable":[', '""', "]}}")
    stack = '{"dictionary":{"stackTable":[{"locationIndices":['
    for element in ("0", "1", "-1", "1.0", '"1e0"', "1.50e1"):
        yield f"locations {element} of a stack", listed(stack, element, "]}]}}", size=1_000_000 * (len(element) + 1))
    yield "lines", listed('{"dictionary":{"locationTable":[{"lines":[', "{}", "]}]}}")
    yield "attributes", listed('{"dictionary":{"attributeTable":[', '{"value":{"intValue":1}}', "]}}")
    profiles = '{"dictionary":{},"resourceProfiles":[{"scopeProfiles":[{"profiles":['
    yield "profiles", listed(profiles, "{}", "]}]}]}")
    yield "resources", listed('{"dictionary":{},"resourceProfiles":[', "{}", "]}")
    for name, element in (("samples", "{}"), ("locationIndices", "1")):
        yield name, listed(f'{profiles}{{"{name}":[', element, "]}]}]}]}")
    for name, element in (("values", "-1"), ("attributeIndices", "0"), ("timestampsUnixNano", "1")):
        yield name, listed(f'{profiles}{{"samples":[{{"{name}":[', element, "]}]}]}]}]}", size=1_000_000 * (len(element) + 1))
    yield "unknown lists", listed('{"other":[', "1", "]}")
    yield "unknown fields", listed('{"other":{"a":1', '"":0', "}}").replace(b'1"', b'1,"')
    yield "brackets", b'{"a":' + b"[" * SIZE
    yield "a long text", b'{"dictionary":{"stringTable":["' + b"x" * SIZE + b'"]}}'
    yield "escapes", b'{"dictionary":{"stringTable":["' + b"\\u0041" * (SIZE // 6) + b'"]}}'
    yield "spaces", b'{"dictionary":' + b" " * SIZE + b"{}}"
    yield "a long number", b'{"dictionary":{"stackTable":[{"locationIndices":[' + b"1" * SIZE + b"]}]}}"
    yield "a long id", b'{"dictionary":{"linkTable":[{"traceId":"' + b"A" * SIZE + b'"}]}}'


class HostileExports(unittest.TestCase):
    def cost(self, content_type, body):
        """Status, answer, MiB at the peak, CPU seconds: on a new server, so that memory which earlier requests left does not hide any."""
        watched = Watched(*UNLIMITED)
        self.addCleanup(watched.close)
        headers = {"Content-Type": content_type}
        for _ in range(2):
            self.assertEqual(watched.client.request("POST", PLAIN, export(ONE), {"Content-Type": "application/x-protobuf"})[0], 200)
        pid, memory = watched.server.child.pid, watched.memory()
        watched.forget_peak()
        cpu = cpu_seconds(pid)
        status, answer, _ = watched.client.request("POST", PLAIN, body, headers)
        cpu = cpu_seconds(pid) - cpu
        memory = watched.memory("VmHWM") - memory
        watched.check(self)
        watched.close()
        return status, answer, memory, cpu

    def attack(self, content_type, floods):
        for name, body in floods:
            with self.subTest(name):
                status, answer, memory, cpu = self.cost(content_type, body)
                print(f"{name}: {status} {memory:.0f} MiB {1000 * cpu:.0f} ms {answer[:90]}")
                self.assertLess(len(body), SIZE + (1 << 10))
                self.assertIn(status, (200, 400, 413))
                self.assertLess(memory, MEMORY_MIB, "MiB at the peak")
                self.assertLess(cpu, CPU_SECONDS, "seconds of CPU")

    def test_binary(self):
        self.attack("application/x-protobuf", binary())

    def test_json(self):
        self.attack("application/json", text())


if __name__ == "__main__":
    unittest.main()
