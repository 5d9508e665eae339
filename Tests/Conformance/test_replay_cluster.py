# SPDX-License-Identifier: Apache-2.0
"""The recorded exchanges on separate processes: writes at the distributor, reads at the querier, data on two ingesters.

What is not the same as in one process is a difference here; the list of those that are known is the same.
"""

import json
import pathlib
import subprocess
import sys
import unittest

import test_replay
from hearthtest.postgres import Postgres
from hearthtest.process import ROOT, Folder, Process, free_port, wait_until

sys.path.insert(0, str(ROOT / "Deploy" / "cluster"))
from cluster import commands  # noqa: E402

PACK = test_replay.PACK


class ClusterReplay(unittest.TestCase):
    judge = test_replay.Replay.judge
    target = staticmethod(test_replay.Replay.target)

    def setUp(self):
        if not PACK.is_dir():
            self.skipTest(f"no recordings at {PACK}")
        self.folder = Folder()
        self.addCleanup(self.folder.close)
        postgres = Postgres(self.folder.path).start()
        self.addCleanup(postgres.close)
        ports = [free_port() for _ in range(4)]
        for name, arguments in commands(self.folder.path, postgres.url, ports[0], ports[1], ports[2:]):
            port = next(int(one.split("=")[1]) for one in arguments if one.startswith("-server.http-listen-port="))
            limits = [] if name == "hearth-ingester" else test_replay.RECORDED_LIMITS
            process = Process(name, [*arguments, *limits], pathlib.Path(self.folder.path), port)
            self.addCleanup(process.close)
            process.start()
            if name == "hearth-distributor":
                self.distributor = process
            elif name == "hearth-querier":
                self.querier = process
        wait_until(self.distributor.client.ready, 20, "a distributor that knows its ingesters")

    def half(self, base, name, *arguments):
        report = self.folder.path / f"{name}.json"
        done = subprocess.run(
            [sys.executable, PACK / "replay.py", "--base", f"http://127.0.0.1:{base.port}", "--settle", "0",
             "--report", report, *arguments],
            capture_output=True, text=True, timeout=300,
        )
        self.assertTrue(report.exists(), done.stdout[-2000:] + done.stderr[-2000:])
        return json.loads(report.read_text())["results"]

    def replay(self, scenario, errors=None):
        results = self.half(self.distributor, "writes", "--scenario", PACK / scenario, "--writes")
        reads = ["--errors", PACK / errors] if errors else ["--scenario", PACK / scenario, "--reads"]
        results += self.half(self.querier, "reads", *reads)
        self.judge(results)
        self.assertTrue(self.querier.client.ready(), self.querier.tail())

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
