#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures a hearth of its own: ingest per CPU second, latency of acknowledgement, memory, disk, queries.

CPU seconds are the server's only (/proc/PID/stat). Prints one JSON line per figure, then a table. Profiles come from a folder of
gzip pprof (--corpus, cpu_* and heap_*) or, without one, from a seeded generator of Go-like profiles.
"""

import argparse
import gzip
import http.client
import json
import os
import pathlib
import queue
import random
import statistics
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "EndToEnd"))
from hearthtest import pprof  # noqa: E402
from hearthtest.process import SHARED, UNLIMITED, Folder, hearth, wait_until  # noqa: E402

CPU = "process_cpu:cpu:nanoseconds:cpu:nanoseconds"
HEAP_TYPES = (("alloc_objects", "count"), ("alloc_space", "bytes"), ("inuse_objects", "count"), ("inuse_space", "bytes"))
TICKS = os.sysconf("SC_CLK_TCK")


def cpu_seconds(pid: int) -> float:
    parts = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(parts[11]) + int(parts[12])) / TICKS


def memory(pid: int, key: str) -> int:
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1]) * 1024
    return 0


def disk(folder: pathlib.Path, pattern: str) -> int:
    return sum(file.stat().st_size for file in folder.glob(pattern) if file.is_file())


def generated(kind: str, count: int):
    """Go-like profiles: a call graph with shared prefixes, a new mix of leaves in each."""
    rng = random.Random(7)
    names = [f"example.org/shop/{rng.choice('abcdefgh')}pkg{i % 40}.(*Type{i % 90}).method{i}" for i in range(3000)]
    stacks = []
    for _ in range(4000):
        base = rng.choice(stacks)[: rng.randint(1, 18)] if stacks and rng.random() < 0.9 else ("runtime.main",)
        stacks.append(tuple(base) + tuple(rng.choice(names) for _ in range(rng.randint(1, 6))))
    for _ in range(count):
        chosen = rng.sample(stacks, 400 if kind == "cpu" else 2500)
        if kind == "cpu":
            yield pprof.build([(s, [n, n * 10_000_000], {}) for s in chosen for n in [rng.randint(1, 9)]],
                              types=(("samples", "count"), ("cpu", "nanoseconds")), compress=False)
        else:
            yield pprof.build([(s, [n, n * 512, n // 2, n * 256], {}) for s in chosen for n in [rng.randint(2, 99)]],
                              types=HEAP_TYPES, period=("space", "bytes", 524288), compress=False)


def with_time(raw: bytes, time_nanos: int) -> bytes:
    """The profile at another time: of repeated singular fields the last one counts."""
    return raw + pprof.field(9, time_nanos)


def load_profiles(corpus, kind: str) -> list[bytes]:
    files = sorted(pathlib.Path(corpus).glob(f"{kind}_*.pb.gz")) if corpus else []
    return [gzip.decompress(f.read_bytes()) for f in files] or list(generated(kind, 12))


class Loader:
    """Pushes prepared bodies over keep-alive connections, a fixed number in flight."""

    def __init__(self, port: int, in_flight: int):
        self.port, self.in_flight = port, in_flight

    def run(self, bodies) -> list[float]:
        work, latencies, errors = queue.SimpleQueue(), [], []
        for body in bodies:
            work.put(body)

        def worker():
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
            while True:
                try:
                    body = work.get_nowait()
                except queue.Empty:
                    return
                begin = time.perf_counter()
                connection.request("POST", "/push.v1.PusherService/Push", body, {"Content-Type": "application/proto"})
                answer = connection.getresponse()
                text = answer.read()
                latencies.append(time.perf_counter() - begin)
                if answer.status != 200:
                    errors.append(text[:200])

        threads = [threading.Thread(target=worker) for _ in range(self.in_flight)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if errors:
            sys.exit(f"{len(errors)} pushes failed, the first: {errors[0]!r}")
        return latencies


class Bench:
    def __init__(self, options):
        self.options, self.figures = options, []

    def report(self, name, value, unit, note=""):
        self.figures.append((name, value, unit, note))
        print(json.dumps({"figure": name, "value": round(value, 3), "unit": unit, "note": note}), flush=True)

    def bodies(self, kind, count, name, first, step):
        raws = load_profiles(self.options.corpus, kind)
        for number in range(count):
            raw = with_time(raws[number // self.options.pods % len(raws)], first + (number // self.options.pods) * step)
            labels = {"__name__": name, "service_name": "bench", "pod": f"pod-{number % self.options.pods}"}
            yield len(raw), pprof.push_request([(labels, [("", gzip.compress(raw, 1))])])

    def ingest(self, server, kind, count, name, in_flight):
        pid = server.child.pid
        first = time.time_ns() - 3600 * 10**9
        prepared = list(self.bodies(kind, count, name, first, 15 * 10**9))
        raw = sum(size for size, _ in prepared)
        before = cpu_seconds(pid)
        latencies = Loader(server.port, in_flight).run(body for _, body in prepared)
        spent = cpu_seconds(pid) - before
        note = f"{in_flight} in flight, {count} profiles of {raw // count // 1024} KiB"
        self.report(f"ingest {kind}: profiles per CPU second", count / spent, "1/s", note)
        self.report(f"ingest {kind}: raw MB per CPU second", raw / 1e6 / spent, "MB/s", note)
        latencies.sort()
        self.report(f"ingest {kind}: acknowledged p50", 1000 * statistics.median(latencies), "ms", note)
        self.report(f"ingest {kind}: acknowledged p99", 1000 * latencies[int(0.99 * len(latencies))], "ms", note)

    def queries(self, server, state):
        client, pid = server.client, server.child.pid
        end = int(time.time() * 1000) + 60_000
        for nodes in (8192, 65536):
            walls, cpus = [], []
            for _ in range(5):
                cpu, begin = cpu_seconds(pid), time.perf_counter()
                client.flamegraph(CPU, '{service_name="bench"}', end - 7_200_000, end, nodes)
                walls.append(time.perf_counter() - begin)
                cpus.append(cpu_seconds(pid) - cpu)
            self.report(f"flame graph, {nodes} nodes: wall p50", 1000 * statistics.median(walls), "ms", state)
            self.report(f"flame graph, {nodes} nodes: CPU", 1000 * statistics.mean(cpus), "ms", state)

    def run(self):
        folder = Folder()
        server = hearth(folder.path, *UNLIMITED)
        try:
            begin = time.perf_counter()
            server.start()
            pid = server.child.pid
            self.report("start to ready", time.perf_counter() - begin, "s")
            self.report("idle RSS", memory(pid, "VmRSS") / 2**20, "MiB")
            scale = self.options.scale
            self.ingest(server, "cpu", int(2000 * scale), "process_cpu", 64)
            self.ingest(server, "cpu", int(600 * scale), "process_cpu", 8)
            self.ingest(server, "heap", int(300 * scale), "memory", 64)
            self.report("RSS peak", memory(pid, "VmHWM") / 2**20, "MiB")
            self.queries(server, "heads")
            server.stop(120)
            blocks = disk(folder.path, "data/**/*.pblk")
            self.report("blocks on disk", blocks / 1e6, "MB")
            server.start()
            wait_until(server.client.ready, 30)
            self.queries(server, "blocks")
        finally:
            server.close()
            folder.close()
        width = max(len(name) for name, *_ in self.figures)
        print()
        for name, value, unit, note in self.figures:
            print(f"{name:{width}}  {value:10.2f} {unit:5}  {note}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin")
    corpus = SHARED / "corpus" / "go-server"
    parser.add_argument("--corpus", default=str(corpus) if corpus.is_dir() else None)
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--pods", type=int, default=25)
    options = parser.parse_args()
    if options.bin:
        os.environ["HEARTHTEST_BIN"] = str(pathlib.Path(options.bin).resolve())
    Bench(options).run()


if __name__ == "__main__":
    main()
