#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures a hearth of its own: ingest per CPU second, acknowledgement, memory, disk, queries, start, idling.

Prints one JSON line per figure, then a table. Profiles come from a folder of gzip pprof (--corpus, cpu_* and heap_*) or, without one, from a
seeded generator of Go-like profiles. CPU seconds are the server's only. --full pushes as many profiles as the figures of the design
(6,000 and 300 CPU profiles, 600 heap profiles); the default is a quarter. Totals of answers are checked against what was pushed.
"""

import argparse
import http.client
import json
import os
import pathlib
import platform
import statistics
import sys
import time

import exports
import uploads
from load import cpu_seconds, memory, push
from profiles import Profiles

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "EndToEnd"))
from hearthtest.process import SHARED, UNLIMITED, Folder, hearth, wait_until  # noqa: E402

CPU = "process_cpu:cpu:nanoseconds:cpu:nanoseconds"
SERVICE = "shop"
SECOND = 10**9
HOUR = 3600


class Bench:
    """One run: figures are reported as they are measured and once more as a table."""

    def __init__(self, options):
        self.options, self.figures = options, []
        self.start = (int(time.time()) - 2 * HOUR) * SECOND
        self.total = 0

    def report(self, name, value, unit, note=""):
        self.figures.append((name, value, unit, note))
        figure = {"figure": name, "value": round(value, 3), "unit": unit, "note": note}
        print(json.dumps(figure), flush=True)

    def ingest(self, server, profiles, service, windows, step, in_flight, counts=True):
        """Pushes `windows` profiles of every pod; bodies are made in pieces so that they fit in memory."""
        pods, pid = self.options.pods, server.child.pid
        count, raw, spent, latencies = pods * windows, 0, 0.0, []
        for first in range(0, count, 1500):
            last = min(count, first + 1500)
            size, total, bodies = profiles.requests(service, first, last, pods, self.start, step * SECOND)
            raw += size
            self.total += total if counts else 0
            before = cpu_seconds(pid)
            latencies += push(server.port, bodies, in_flight)
            spent += cpu_seconds(pid) - before
        kind = profiles.kind
        note = f"{count} {kind} profiles of {raw // count // 1000} kB, {in_flight} in flight"
        if in_flight > 8:
            self.report(f"ingest {kind} profiles", count / spent, "profiles per CPU second", note)
            self.report(f"ingest {kind} profiles, raw", raw / 1e6 / spent, "MB per CPU second", note)
        else:
            latencies.sort()
            self.report("acknowledged, p50", 1000 * statistics.median(latencies), "ms", note)
            self.report("acknowledged, p99", 1000 * latencies[len(latencies) * 99 // 100], "ms", note)

    def export(self, server, count):
        """OTLP exports of a host; what they add up to is asked for."""
        pid, service = server.child.pid, "otlp"
        bodies = exports.requests(service, count, self.start, 5 * SECOND)
        before = cpu_seconds(pid)
        push(server.port, bodies, 8, exports.PATH, exports.TYPE)
        spent = cpu_seconds(pid) - before
        note = f"{exports.SAMPLES} samples, {exports.DEPTH} frames each, {len(bodies[0]) // 1000} kB gzip"
        self.report("ingest OTLP exports", count / spent, "exports per CPU second", note)
        begin = self.start // 10**6
        total = server.client.total(CPU, f'{{service_name="{service}"}}', begin, begin + HOUR * 1000)
        if total != count * exports.TOTAL:
            sys.exit(f"OTLP: total {total}, sent {count * exports.TOTAL}")

    def upload(self, server, count):
        """Folded stacks and recordings of the JVM, as /ingest gets them."""
        pid, kind = server.child.pid, "application/octet-stream"
        size, samples, requests = uploads.folded("folded", count, self.start)
        before = cpu_seconds(pid)
        push(server.port, requests, 8, content_type=kind)
        spent = cpu_seconds(pid) - before
        note = f"{uploads.FOLDED_STACKS} stacks of {uploads.FOLDED_DEPTH} frames, {size // count // 1000} kB"
        self.report("ingest folded stacks", count / spent, "uploads per CPU second", note)
        self.report("ingest folded stacks, raw", size / 1e6 / spent, "MB per CPU second", note)
        begin = self.start // 10**6
        total = server.client.total(CPU, '{service_name="folded"}', begin, begin + HOUR * 1000)
        if total != samples * SECOND // 100:
            sys.exit(f"folded: total {total}, sent {samples * SECOND // 100}")
        size, requests = uploads.recordings("jvm", SHARED / "corpus" / "jfr", count, self.start)
        if not requests:
            return print(json.dumps({"left out": "recordings of the JVM: no corpus"}), flush=True)
        before = cpu_seconds(pid)
        push(server.port, requests, 8, content_type=kind)
        spent = cpu_seconds(pid) - before
        self.report("ingest recordings of the JVM", size / 1e6 / spent, "MB per CPU second", f"{count} of the corpus, inflated size")

    def query(self, server, name, method, message, note, check=None):
        """Asks one question several times over one connection."""
        pid = server.child.pid
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        headers = {"Content-Type": "application/json", "Accept-Encoding": "gzip"}
        walls, cpus, body = [], [], json.dumps(message)
        for _ in range(self.options.rounds):
            cpu, begin = cpu_seconds(pid), time.perf_counter()
            connection.request("POST", f"/querier.v1.QuerierService/{method}", body, headers)
            answer = connection.getresponse()
            answer.read()
            walls.append(time.perf_counter() - begin)
            cpus.append(cpu_seconds(pid) - cpu)
            if answer.status != 200:
                sys.exit(f"{name}: {answer.status}")
        connection.close()
        self.report(name, 1000 * statistics.median(walls), "ms", f"{note}, first {1000 * walls[0]:.1f}")
        self.report(f"{name}: CPU", 1000 * statistics.median(cpus), "ms", note)
        if check is not None:
            total = int(server.client.call(method, message)["flamegraph"]["total"])
            if total != check:
                sys.exit(f"{name}: total {total}, pushed {check}")

    def queries(self, server, note):
        begin = self.start // 10**6
        ends = {"start": begin, "end": begin + HOUR * 1000}

        def tree(selector, nodes):
            return {"profileTypeID": CPU, "labelSelector": selector, "maxNodes": nodes, **ends}

        service = f'{{service_name="{SERVICE}"}}'
        for nodes in (8192, 65536):
            message = tree(service, nodes)
            self.query(server, f"flame graph, {nodes} nodes", "SelectMergeStacktraces", message, note, self.total)
        pod = f'{{service_name="{SERVICE}",pod="{SERVICE}-003"}}'
        third = f'{{service_name="{SERVICE}",region="eu"}}'
        self.query(server, "flame graph, one pod", "SelectMergeStacktraces", tree(pod, 8192), note)
        self.query(server, "flame graph, a third of the pods", "SelectMergeStacktraces", tree(third, 8192), note)
        timeline = {"profileTypeID": CPU, "labelSelector": service, **ends}
        self.query(server, "timeline, 15 s steps", "SelectSeries", {**timeline, "step": 15}, note)
        self.query(server, "timeline, by pod", "SelectSeries", {**timeline, "step": 60, "groupBy": ["pod"]}, note)
        self.query(server, "label values", "LabelValues", {"name": "pod", **ends}, note)
        names = ["service_name", "__profile_type__"]
        self.query(server, "series list", "Series", {"matchers": [], "labelNames": names, **ends}, note)

    def starting(self, server, name):
        begin = time.perf_counter()
        server.start()
        self.report(f"{name} to ready", time.perf_counter() - begin, "s", "polled every 20 ms")

    def idling(self, server):
        pid, seconds = server.child.pid, 4
        self.report("idle RSS", memory(pid, "VmRSS"), "MiB")
        before = cpu_seconds(pid)
        time.sleep(seconds)
        self.report("idle CPU", 100 * (cpu_seconds(pid) - before) / seconds, "% of a core", f"over {seconds} s")

    def run(self):
        options = self.options
        cpu, heap = Profiles("cpu", options.corpus), Profiles("heap", options.corpus)
        print(json.dumps({"machine": platform.processor() or platform.machine(), "cores": os.cpu_count(), "load": os.getloadavg()[0],
                          "profiles": {"cpu": cpu.source, "heap": heap.source}}), flush=True)
        windows, step = (240, 15) if options.full else (60, 60)
        folder = Folder()
        server = hearth(folder.path, *UNLIMITED)
        try:
            self.starting(server, "start")
            self.idling(server)
            self.ingest(server, cpu, SERVICE, windows, step, 64)
            self.ingest(server, cpu, "latency", 12, 300, 8, counts=False)
            self.ingest(server, heap, SERVICE, windows // 10, step * 10, 64, counts=False)
            self.report("RSS peak", memory(server.child.pid, "VmHWM"), "MiB", "after ingest")
            self.queries(server, "from heads")
            server.stop(120)
            data = [file for file in (folder.path / "data").rglob("*") if file.is_file()]
            self.report("disk", sum(file.stat().st_size for file in data) / 1e6, "MB", "after a clean stop")
            self.starting(server, "restart")
            wait_until(server.client.ready, 30)
            self.queries(server, "from blocks")
            self.report("RSS peak, reading blocks", memory(server.child.pid, "VmHWM"), "MiB")
            self.export(server, 120 if options.full else 40)
            self.upload(server, 120 if options.full else 48)
        finally:
            server.close()
            folder.close()
        width = max(len(name) for name, *_ in self.figures)
        print()
        for name, value, unit, note in self.figures:
            print(f"{name:{width}}  {value:10.2f} {unit:24} {note}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", help="folder of the executables")
    corpus = SHARED / "corpus" / "go-server"
    parser.add_argument("--corpus", default=str(corpus) if corpus.is_dir() else None, help="folder of cpu_*.pb.gz and heap_*.pb.gz")
    parser.add_argument("--full", action="store_true", help="as many profiles as the design's figures")
    parser.add_argument("--pods", type=int, default=25)
    parser.add_argument("--rounds", type=int, default=9, help="times each question is asked")
    options = parser.parse_args()
    if options.bin:
        from hearthtest import process
        process.BIN = pathlib.Path(options.bin).resolve()
    Bench(options).run()


if __name__ == "__main__":
    main()
