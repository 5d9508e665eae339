# SPDX-License-Identifier: Apache-2.0
"""Answers on a real corpus, held against a slow script that sums the same pprof files."""

import time
import unittest

from hearthtest import pprof
from hearthtest.process import SHARED, UNLIMITED, Folder, hearth

KINDS = {
    "cpu": ("process_cpu", "cpu", "process_cpu:cpu:nanoseconds:cpu:nanoseconds"),
    "heap": ("memory", "inuse_space", "memory:inuse_space:bytes:space:bytes"),
    "mutex": ("mutex", "delay", "mutex:delay:nanoseconds:contentions:count"),
    "block": ("block", "contentions", "block:contentions:count:contentions:count"),
    "goroutine": ("goroutine", "goroutine", "goroutine:goroutine:count:goroutine:count"),
}
WINDOWS = 6


class GoServerCorpus(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.corpus = SHARED / "corpus" / "go-server"
        if not cls.corpus.is_dir():
            raise unittest.SkipTest(f"no corpus at {cls.corpus}")
        cls.folder = Folder()
        cls.server = hearth(cls.folder.path, *UNLIMITED).start()
        cls.profiles = {}
        for kind, (name, _, _) in KINDS.items():
            files = sorted(cls.corpus.glob(f"{kind}_*.pb.gz"))[:WINDOWS]
            cls.profiles[kind] = [pprof.Profile(file.read_bytes()) for file in files]
            for number, file in enumerate(files):
                labels = {"__name__": name, "service_name": "go-server", "half": str(number % 2)}
                cls.server.client.push(labels, file.read_bytes())

    @classmethod
    def tearDownClass(cls):
        cls.server.close()
        cls.folder.close()

    def window(self):
        times = [p.time_nanos for ps in self.profiles.values() for p in ps]
        return min(times) // 10**6 - 1000, max(max(times) // 10**6, int(time.time() * 1000)) + 1000

    def check(self, note):
        start, end = self.window()
        for kind, (_, sample_type, profile_type) in KINDS.items():
            with self.subTest(kind=kind, state=note):
                expected = pprof.merged(self.profiles[kind], sample_type)
                found = self.server.client.stacks(profile_type, '{service_name="go-server"}', start, end)
                self.assertEqual(found, expected)
            with self.subTest(kind=kind, state=note, half=1):
                expected = pprof.merged(self.profiles[kind][1::2], sample_type)
                found = self.server.client.stacks(profile_type, '{half="1"}', start, end)
                self.assertEqual(found, expected)

    def test_every_stack_is_exact_in_heads_and_in_blocks(self):
        self.check("heads")
        self.assertEqual(self.server.stop(), 0)
        self.server.start()
        self.check("blocks")

    def test_timelines_add_up(self):
        start, end = self.window()
        _, sample_type, profile_type = KINDS["cpu"]
        answer = self.server.client.call("SelectSeries", {
            "profileTypeID": profile_type, "labelSelector": '{service_name="go-server"}', "start": start, "end": end,
            "step": 15, "groupBy": ["half"],
        })
        found = {one["labels"][0]["value"]: sum(p.get("value", 0) for p in one["points"]) for one in answer["series"]}
        expected = {
            str(half): float(sum(pprof.merged(self.profiles["cpu"][half::2], sample_type).values())) for half in (0, 1)
        }
        self.assertEqual(found, expected)


if __name__ == "__main__":
    unittest.main()
