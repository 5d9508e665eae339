# SPDX-License-Identifier: Apache-2.0
"""Separate processes over HTTP with a real Postgres: routing, exact reads, outages of one part at a time."""

import pathlib
import re
import time
import unittest

import hearthtest.cluster
from hearthtest import pprof
from hearthtest.client import Failure
from hearthtest.process import wait_until

CPU = "process_cpu:cpu:nanoseconds:cpu:nanoseconds"


def profile(value=10):
    return pprof.build([(("main", "work"), [value], {}), (("main", "wait"), [1], {})], time_nanos=time.time_ns())


class Cluster(unittest.TestCase):
    def setUp(self):
        cluster = hearthtest.cluster.Cluster(self)
        self.folder, self.postgres, self.ingesters = cluster.folder, cluster.postgres, cluster.ingesters
        self.writer, self.reader = cluster.distributor.client, cluster.querier.client
        wait_until(lambda: self.try_push({"__name__": "process_cpu", "service_name": "probe"}), 20, "first push")
        # The querier's view of the ring is up to 2 s old once the catalogue is away: it must have seen the ingesters.
        wait_until(self.try_read, 20, "first read")

    def try_read(self):
        try:
            return self.reader.total(CPU, '{service_name="probe"}') > 0
        except Failure:
            return False

    def try_push(self, labels):
        try:
            self.writer.push(labels, profile())
            return True
        except Failure:
            return False

    def push(self, count, service="shop"):
        for pod in range(count):
            self.writer.push({"__name__": "process_cpu", "service_name": service, "pod": f"pod-{pod}"}, profile())

    def total(self):
        return self.reader.total(CPU, '{service_name="shop"}')

    def test_reads_are_exact_over_both_ingesters(self):
        self.push(40)
        self.assertEqual(self.total(), 440)
        held = [p.client.get("/metrics").decode() for p in self.ingesters]
        for text in held:
            self.assertGreater(float(re.search(r"^pyroscope_head_size_bytes(?:\{.*\})? (\S+)$", text, re.MULTILINE)[1]), 0)

    def test_spans_are_found_on_every_ingester(self):
        spans = [f"{number:016x}" for number in range(1, 41)]
        for number, span in enumerate(spans):
            sent = pprof.build(
                [(("main", "work"), [number + 1], {"span_id": span}), (("main", "wait"), [100], {"span_id": "f" * 16})],
                time_nanos=time.time_ns(),
            )
            self.writer.push({"__name__": "process_cpu", "service_name": "shop", "pod": f"pod-{number}"}, sent)
        now = int(time.time() * 1000)
        question = {"profileTypeID": CPU, "labelSelector": '{service_name="shop"}', "start": now - 3_600_000, "end": now + 60_000}
        for wanted, total in [(spans[:1], 1), (spans[10:12], 23), (["F" * 16], 4_000), (["0" * 16], 0)]:
            answer = self.reader.call("SelectMergeStacktraces", {**question, "spanSelector": wanted})
            self.assertEqual(int(answer["flamegraph"].get("total", 0)), total, wanted)

    def test_killed_ingester_loses_nothing(self):
        self.push(30)
        self.ingesters[0].kill()
        self.ingesters[0].start()
        wait_until(lambda: self.total() == 330, 20, "all profiles after a restart")

    def test_missing_ingester_is_reported_not_hidden(self):
        self.push(30)
        self.ingesters[0].kill()
        now = int(time.time() * 1000)
        status, body, headers = self.reader.request(
            "POST", "/querier.v1.QuerierService/SelectMergeStacktraces?partial=deny",
            f'{{"profileTypeID":"{CPU}","labelSelector":"{{}}","start":{now - 3_600_000},"end":{now}}}',
            {"Content-Type": "application/json"},
        )
        self.assertEqual(status, 503, body)

    def test_ingest_goes_on_without_postgres(self):
        self.push(10)
        self.assertEqual(self.total(), 110)
        self.postgres.stop("immediate")
        self.push(10)
        self.assertEqual(self.total(), 220)
        self.postgres.start()
        self.push(10)
        wait_until(lambda: self.total() == 330, 20, "all profiles after Postgres came back")

    def test_flush_publishes_to_postgres_and_answers_by_symbol(self):
        self.push(20)
        for process in self.ingesters:
            self.assertEqual(process.stop(), 0)
            process.start()
        wait_until(lambda: self.total() == 220, 20, "blocks of both ingesters")
        stacks = self.reader.stacks(CPU, '{service_name="shop"}')
        self.assertEqual(dict(stacks), {("main", "work"): 200, ("main", "wait"): 20})

    def test_flush_during_an_outage_is_published_later(self):
        self.push(20)
        self.postgres.stop("immediate")
        for process in self.ingesters:
            self.assertEqual(process.stop(), 0)
        pending = list(pathlib.Path(self.folder.path).glob("ingester-*/**/pending/**/*.pblk"))
        self.assertTrue(pending, "no pending block while Postgres is away")
        self.postgres.start()
        for process in self.ingesters:
            process.start()
        wait_until(lambda: self.total() == 220, 20, "pending blocks answer")
        wait_until(
            lambda: not list(pathlib.Path(self.folder.path).glob("ingester-*/**/pending/**/*.pblk")), 30, "publication"
        )
        self.assertEqual(self.total(), 220)


if __name__ == "__main__":
    unittest.main()
