# SPDX-License-Identifier: Apache-2.0
"""The profiles a benchmark pushes: real or generated ones, each varied with a fixed seed, at times of their own.

Of every profile a fifth of the samples is left out and values but the first are scaled by 0.5 to 1.5, so that no two variants are
alike and yet every run pushes the same: totals are known and checked.
"""

import gzip
import pathlib
import random
import sys
from concurrent.futures import ThreadPoolExecutor

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "EndToEnd"))
from hearthtest import pprof  # noqa: E402

HEAP_TYPES = (("alloc_objects", "count"), ("alloc_space", "bytes"), ("inuse_objects", "count"), ("inuse_space", "bytes"))
NAMES = {"cpu": "process_cpu", "heap": "memory"}
REGIONS = ("eu", "us", "ap")
KEPT = 0.8
VARIANTS = 4


def generated(kind, count):
    """Go-like profiles: a call graph with shared prefixes, a new mix of leaves in each."""
    rng = random.Random(7)
    names = [f"example.org/shop/{rng.choice('abcdefgh')}pkg{i % 40}.(*Type{i % 90}).method{i}" for i in range(1500)]
    stacks = []
    for _ in range(6000):
        base = rng.choice(stacks)[: rng.randint(1, 30)] if stacks and rng.random() < 0.95 else ("runtime.main",)
        stacks.append(tuple(base) + tuple(rng.choice(names) for _ in range(rng.randint(1, 6))))
    for _ in range(count):
        chosen = rng.sample(stacks, 360 if kind == "cpu" else 3500)
        if kind == "cpu":
            samples = [(stack, [n, n * 10_000_000], {}) for stack in chosen for n in [rng.randint(1, 9)]]
            yield pprof.build(samples, types=(("samples", "count"), ("cpu", "nanoseconds")), compress=False)
        else:
            samples = [(stack, [n, n * 512, n // 2, n * 256], {}) for stack in chosen for n in [rng.randint(2, 99)]]
            yield pprof.build(samples, types=HEAP_TYPES, period=("space", "bytes", 524288), compress=False)


class Variant:
    """A profile's bytes but for its time, and the sum of its last value."""

    def __init__(self, raw, rng):
        out, self.total = bytearray(), 0
        for number, value in pprof.fields(raw):
            if number == 9:
                continue
            if number == 2:
                if rng.random() > KEPT:
                    continue
                value = self.varied(value, 0.5 + rng.random())
            out += pprof.field(number, value)
        self.body = bytes(out)

    def varied(self, sample, factor):
        """The sample with all values but the first scaled; one without a frame counts for nothing."""
        out, values, has_frames = bytearray(), [], False
        for number, value in pprof.fields(sample):
            if number == 2:
                values += pprof.numbers(value)
                continue
            has_frames |= number == 1
            out += pprof.field(number, value)
        values[1:] = [int(one * factor) for one in values[1:]]
        self.total += values[-1] if has_frames else 0
        return bytes(out) + pprof.field(2, b"".join(pprof.varint(one) for one in values))

    def at(self, time_nanos):
        return self.body + pprof.field(9, time_nanos)


class Profiles:
    """Everything of one kind (`cpu`, `heap`) that a run pushes."""

    def __init__(self, kind, corpus):
        self.kind = kind
        files = sorted(pathlib.Path(corpus).glob(f"{kind}_*.pb.gz")) if corpus else []
        raws = [gzip.decompress(file.read_bytes()) for file in files] or list(generated(kind, 12))
        self.source = f"{len(files)} files of {pathlib.Path(corpus).name}" if files else "generated"
        rng = random.Random(1)
        self.variants = [Variant(raw, rng) for _ in range(VARIANTS) for raw in raws]

    def requests(self, service, first, last, pods, start, step):
        """Push bodies of profiles `first` to `last` of a service: raw bytes, the last value's sum, the bodies.

        Profile `n` is that of pod `n % pods` in time window `n / pods`, `step` nanoseconds long.
        """
        def one(number):
            window, pod = divmod(number, pods)
            variant = self.variants[(window + pod * 7) % len(self.variants)]
            raw = variant.at(start + window * step + pod * 137_000_000)
            labels = {
                "__name__": NAMES[self.kind], "service_name": service, "pod": f"{service}-{pod:03}",
                "region": REGIONS[pod % 3],
            }
            return len(raw), variant.total, pprof.push_request([(labels, [(f"{number:08x}-0001-4000-8000-{number:012x}", gzip.compress(raw, 6))])])

        with ThreadPoolExecutor(2) as pool:
            made = list(pool.map(one, range(first, last)))
        return sum(size for size, *_ in made), sum(total for _, total, _ in made), [body for *_, body in made]
