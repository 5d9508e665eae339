# SPDX-License-Identifier: Apache-2.0
"""Queries over several tenants, from heads and from blocks, where equal symbol ids mean different functions."""

import time
import unittest

from hearthtest import pprof
from hearthtest.client import Client, Failure
from hearthtest.process import Folder, hearth

CPU = "process_cpu:cpu:nanoseconds:cpu:nanoseconds"
OWN = {
    "left": {("main", "left", "shared"): 10, ("main", "both"): 1},
    "right": {("main", "right", "shared"): 200, ("main", "both"): 5},
}


def server(folder, *flags):
    return hearth(folder.path, "-auth.multitenancy-enabled=true", *flags)


def push(port, tenant):
    samples = [(stack, [value], {}) for stack, value in OWN[tenant].items()]
    labels = {"__name__": "process_cpu", "service_name": "shop", "owner": tenant}
    Client(port, tenant).push(labels, pprof.build(samples, time_nanos=time.time_ns()))


class Federation(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.close)

    def start(self, *flags):
        self.server = server(self.folder, *flags)
        self.addCleanup(self.server.close)
        self.server.start()

    def client(self, tenants):
        return Client(self.server.port, tenants)

    def check(self):
        both = self.client("right|left")
        expected = {**OWN["left"], **OWN["right"], ("main", "both"): 6}
        self.assertEqual(dict(both.stacks(CPU)), expected)
        self.assertEqual(dict(both.stacks(CPU, '{owner="right"}')), OWN["right"])
        self.assertEqual(dict(self.client("left|left").stacks(CPU)), OWN["left"])
        self.assertEqual(dict(self.client("left").stacks(CPU)), OWN["left"])
        now = int(time.time() * 1000)
        span = {"start": now - 3_600_000, "end": now + 60_000}
        values = both.call("LabelValues", {"name": "owner", **span})
        self.assertEqual(values["names"], ["left", "right"])
        series = both.call("SelectSeries", {
            "profileTypeID": CPU, "labelSelector": "{}", "step": 3660, "groupBy": ["owner"], **span,
        })["series"]
        found = {one["labels"][0]["value"]: sum(point["value"] for point in one["points"]) for one in series}
        self.assertEqual(found, {"left": 11, "right": 205})

    def test_adds_tenants_up_from_heads_and_from_blocks(self):
        self.start("-auth.tenant-federation-enabled=true")
        # In this order, so that the same ids of the symbol store name other functions in the other tenant.
        push(self.server.port, "left")
        push(self.server.port, "right")
        self.check()
        self.assertEqual(self.server.stop(), 0)
        self.server.start()
        self.check()
        push(self.server.port, "right")
        doubled = dict(self.client("left|right").stacks(CPU))
        self.assertEqual(doubled[("main", "right", "shared")], 400)
        self.assertEqual(doubled[("main", "left", "shared")], 10)

    def test_is_off_unless_asked_for(self):
        self.start()
        push(self.server.port, "left")
        with self.assertRaises(Failure) as caught:
            self.client("left|right").total(CPU)
        self.assertEqual(caught.exception.status, 403)

    def test_the_smallest_limit_of_the_tenants_counts(self):
        overrides = self.folder.path / "overrides.yaml"
        overrides.write_text("overrides:\n  right:\n    max_flamegraph_nodes_max: 100\n")
        self.start("-auth.tenant-federation-enabled=true", f"-runtime-config.file={overrides}")
        push(self.server.port, "left")
        self.assertEqual(self.client("left").flamegraph(CPU, max_nodes=1000)["total"], "11")
        with self.assertRaises(Failure) as caught:
            self.client("left|right").flamegraph(CPU, max_nodes=1000)
        self.assertEqual(caught.exception.status, 400)
        self.assertIn("greater than allowed 100", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
