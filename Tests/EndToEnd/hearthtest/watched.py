# SPDX-License-Identifier: Apache-2.0
"""A server under attack: what it costs, and whether it stays sound."""

import re
import time
import unittest

from .process import Folder, hearth, wait_until


class Watched:
    """A running server, its memory and its answers' statuses."""

    def __init__(self, *flags):
        self.folder = Folder()
        self.server = hearth(self.folder.path, *flags)
        self.server.start()

    @property
    def port(self):
        return self.server.port

    @property
    def client(self):
        return self.server.client

    def close(self):
        self.server.close()
        self.folder.close()

    def memory(self, field="VmRSS"):
        """MiB of resident memory; `VmHWM` is the peak since `forget_peak`."""
        with open(f"/proc/{self.server.child.pid}/status") as file:
            return int(re.search(field + r":\s+(\d+) kB", file.read())[1]) / 1024

    def forget_peak(self):
        with open(f"/proc/{self.server.child.pid}/clear_refs", "w") as file:
            file.write("5")

    def failures(self):
        """Answers by status 5xx other than 501 and 503, as the server counts them."""
        text = self.client.get("/metrics").decode()
        counts = {}
        for line in text.splitlines():
            found = re.match(r'pyroscope_request_duration_seconds_count\{.*status_code="(5\d\d)".*\} (\d+)', line)
            if found and found[1] not in ("501", "503"):
                counts[found[1]] = counts.get(found[1], 0) + int(found[2])
        return counts

    def check(self, case):
        """Alive, ready, and no fault of its own so far."""
        case.assertIsNone(self.server.child.poll(), self.server.tail())
        wait_until(self.client.ready, 10, "ready after the attack")
        case.assertEqual(self.failures(), {}, self.server.tail())

    def latency(self, count=50):
        """Sorted seconds of `count` requests, one after the other."""
        took = []
        for _ in range(count):
            start = time.monotonic()
            assert self.client.ready()
            took.append(time.monotonic() - start)
        return sorted(took)


class WatchedCase(unittest.TestCase):
    """One server for all attacks of a class; after each it must be as sound as before."""

    flags = ()
    growth_mib = 200

    @classmethod
    def setUpClass(cls):
        cls.watched = Watched(*cls.flags)
        cls.client, cls.port = cls.watched.client, cls.watched.port

    @classmethod
    def tearDownClass(cls):
        cls.watched.close()

    def setUp(self):
        self.watched.forget_peak()
        self.before = self.watched.memory()

    def tearDown(self):
        self.watched.check(self)
        self.assertLess(self.watched.memory("VmHWM") - self.before, self.growth_mib, "MiB at the peak")
        # At the head of a line: what clients send may say so too, within quotes.
        self.assertIsNone(re.search(r"^ts=\S+ level=error.*", self.watched.server.tail(1 << 20), re.M))
