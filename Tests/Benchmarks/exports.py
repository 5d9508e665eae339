# SPDX-License-Identifier: Apache-2.0
"""OTLP exports of a busy host: 8,000 samples with a stack of their own of 30 frames, a thread and a time, values left out.

That is what the eBPF profiler sends, but for its stacks, of which many are alike: no stack is cheap here.
"""

import gzip
import random
import struct
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "EndToEnd"))
from hearthtest import pprof  # noqa: E402

PATH, TYPE = "/v1development/profiles", "application/x-protobuf\r\nContent-Encoding: gzip"
SAMPLES, LOCATIONS, DEPTH, THREADS = 8_000, 3_000, 30, 40
PERIOD = 50_000_000
TOTAL = SAMPLES * PERIOD
SECOND = 10**9

field, varint = pprof.field, pprof.varint
STRINGS = ("", "samples", "count", "cpu", "nanoseconds", "/usr/bin/shop", "thread.name")


def dictionary() -> bytes:
    rng = random.Random(11)
    texts = [*STRINGS, *(f"example.org/shop/pkg{i % 60}.(*Type{i % 90}).method{i}" for i in range(LOCATIONS))]
    out = [field(1, b""), field(1, field(1, 0x400000) + field(2, 0x800000) + field(4, 5)), field(2, b""), field(3, b"")]
    for index in range(LOCATIONS):
        line = field(1, index + 1) + field(2, index % 900)
        out.append(field(2, field(1, 1) + field(2, 0x400000 + index * 16) + field(3, line)))
        out.append(field(3, field(1, len(STRINGS) + index)))
    out += [field(5, text) for text in texts]
    out.append(field(6, b""))
    out += [field(6, field(1, 6) + field(2, field(1, f"worker-{index}"))) for index in range(THREADS)]
    out.append(field(7, b""))
    for _ in range(SAMPLES):
        out.append(field(7, field(1, b"".join(varint(rng.randint(1, LOCATIONS)) for _ in range(DEPTH)))))
    return b"".join(out)


def requests(service: str, count: int, start: int, step: int) -> list[bytes]:
    """Bodies of `count` exports, `step` nanoseconds apart, as a Collector sends them by HTTP."""
    samples = b"".join(
        field(2, field(1, 1 + index) + field(2, varint(1 + index % THREADS))
              + field(5, struct.pack("<Q", start + index * 600_000)))
        for index in range(SAMPLES)
    )
    profile = field(1, field(1, 1) + field(2, 2)) + samples + field(4, 5 * SECOND) + field(5, field(1, 3) + field(2, 4)) + field(6, PERIOD)
    resource = field(1, field(1, "service.name") + field(2, field(1, service)))
    tables = field(2, dictionary())

    def body(number):
        timed = profile + b"\x19" + struct.pack("<Q", start + number * step)
        return gzip.compress(field(1, field(1, resource) + field(2, field(2, timed))) + tables, 1)

    return [body(number) for number in range(count)]
