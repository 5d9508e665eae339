# SPDX-License-Identifier: Apache-2.0
"""The recorded exchanges on separate processes: writes at the distributor, reads at the querier, data on two ingesters.

What is not the same as in one process is a difference here; the list of those that are known is the same.
"""

import json
import subprocess
import sys
import unittest

import test_replay
from hearthtest.cluster import Cluster

PACK = test_replay.PACK


class ClusterReplay(unittest.TestCase):
    judge = test_replay.Replay.judge
    target = staticmethod(test_replay.Replay.target)

    def setUp(self):
        if not PACK.is_dir():
            self.skipTest(f"no recordings at {PACK}")
        self.cluster = Cluster(self, *test_replay.RECORDED_LIMITS)

    def half(self, base, name, *arguments):
        report = self.cluster.folder.path / f"{name}.json"
        done = subprocess.run(
            [sys.executable, PACK / "replay.py", "--base", f"http://127.0.0.1:{base.port}", "--settle", "0",
             "--report", report, *arguments],
            capture_output=True, text=True, timeout=300,
        )
        self.assertTrue(report.exists(), done.stdout[-2000:] + done.stderr[-2000:])
        return json.loads(report.read_text())["results"]

    def replay(self, scenario, errors=None):
        results = self.half(self.cluster.distributor, "writes", "--scenario", PACK / scenario, "--writes")
        reads = ["--errors", PACK / errors] if errors else ["--scenario", PACK / scenario, "--reads"]
        results += self.half(self.cluster.querier, "reads", *reads)
        self.judge(results)
        self.assertTrue(self.cluster.querier.client.ready(), self.cluster.querier.tail())

    def test_go_server(self):
        self.replay("scenarios/go-server")

    def test_polyglot_pprof(self):
        self.replay("scenarios/polyglot-pprof")

    def test_otlp(self):
        self.replay("scenarios/otlp")

    def test_bad_reads_with_data(self):
        self.replay("scenarios/go-server", errors="errors/read-with-data")


if __name__ == "__main__":
    unittest.main()
