# SPDX-License-Identifier: Apache-2.0
"""The real Pyroscope SDK for Python against a real server, as `make demo` does it."""

import subprocess
import time
import sys
import unittest

from hearthtest.client import Failure
from hearthtest.process import ROOT, Folder, hearth, wait_until

CPU = "process_cpu:cpu:nanoseconds:cpu:nanoseconds"


class PythonSDK(unittest.TestCase):
    def setUp(self):
        try:
            import pyroscope  # noqa: F401
        except ImportError as error:
            self.skipTest(f"the SDK is not installed: {error}")
        self.folder = Folder()
        self.addCleanup(self.folder.close)
        self.server = hearth(self.folder.path)
        self.addCleanup(self.server.close)
        self.server.start()

    def test_functions_thread_and_value_arrive(self):
        program = subprocess.Popen(
            [sys.executable, ROOT / "Deploy" / "demo" / "workload.py", f"http://127.0.0.1:{self.server.port}", "35"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        self.addCleanup(program.wait)
        self.addCleanup(program.kill)
        client = self.server.client

        def arrived():
            try:
                stacks = client.stacks(CPU, '{service_name="hearth-demo"}')
            except Failure:
                return None
            names = {name for stack in stacks for name in stack}
            wanted = ("price_basket", "render_page", "tokenise")
            return stacks if all(any(name.endswith(one) for name in names) for one in wanted) else None

        stacks = wait_until(arrived, 60, "profiles of the SDK")
        busy = sum(value for stack, value in stacks.items() if any("price_basket" in name for name in stack))
        self.assertGreater(busy, 100_000_000, "less than 0.1 s of CPU in a busy function")
        now = int(time.time() * 1000)
        window = {"start": now - 3_600_000, "end": now + 60_000}
        names = client.call("LabelNames", window)["names"]
        self.assertIn("thread_name", names, names)
        self.assertIn("page", names)
        threads = client.call("LabelValues", {"name": "thread_name", **window})["names"]
        self.assertTrue(any("checkout" in one for one in threads), threads)


if __name__ == "__main__":
    unittest.main()
