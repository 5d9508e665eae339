# SPDX-License-Identifier: Apache-2.0
"""Uploads to /ingest: folded stacks of a generated program, and recordings of the JVM from a corpus."""

import gzip
import random

SECOND = 10**9
FOLDED_STACKS, FOLDED_DEPTH, FUNCTIONS = 2_000, 25, 1_200


def _target(service: str, form: str, start: int, number: int) -> str:
    begin = start // SECOND + 10 * number
    return f"/ingest?name={service}&format={form}&from={begin}&until={begin + 10}&sampleRate=100&spyName=bench"


def folded(service: str, count: int, start: int) -> tuple[int, int, list[tuple[str, bytes]]]:
    """Bytes of all bodies, samples in all, and the requests: `count` windows of 10 s with stacks of their own."""
    rng = random.Random(7)
    names = [f"example.org/shop/pkg{i % 50}.(*Type{i % 80}).method{i}" for i in range(FUNCTIONS)]
    stacks = []
    for _ in range(FOLDED_STACKS):
        root = rng.randrange(20)
        stacks.append(";".join(names[(root + step * rng.randint(1, 9)) % FUNCTIONS] for step in range(FOLDED_DEPTH)))
    size, total, requests = 0, 0, []
    for number in range(count):
        values = [rng.randint(1, 30) for _ in stacks]
        body = "".join(f"{stack} {value}\n" for stack, value in zip(stacks, values)).encode()
        size, total = size + len(body), total + sum(values)
        requests.append((_target(service, "groups", start, number), body))
    return size, total, requests


def recordings(service: str, folder, count: int, start: int) -> tuple[int, list[tuple[str, bytes]]]:
    """Inflated bytes of all bodies, and the requests: `count` recordings in turn; none without a corpus."""
    files = [path.read_bytes() for path in sorted(folder.glob("*.jfr.gz"))]
    if not files:
        return 0, []
    sizes = [len(gzip.decompress(data)) for data in files]
    chosen = [number % len(files) for number in range(count)]
    requests = [(_target(service, "jfr", start, number), files[index]) for number, index in enumerate(chosen)]
    return sum(sizes[index] for index in chosen), requests
