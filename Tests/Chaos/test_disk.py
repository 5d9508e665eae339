# SPDX-License-Identifier: Apache-2.0
"""A disk that is full for a while, and signals: nothing acknowledged is lost, writes go on when there is room."""

import os
import signal
import subprocess
import time
import unittest

from hearthtest import pprof
from hearthtest.client import Failure
from hearthtest.process import Folder, hearth, wait_until

from loadtest import CPU, Judge, Load

MIB = 1 << 20


class Mount:
    """A small file system in memory; a skip where mounting is not allowed."""

    def __init__(self, test, folder, mebibytes):
        self.path = folder.path / "disk"
        self.path.mkdir()
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={mebibytes}m", "tmpfs", self.path], capture_output=True, text=True
        ) if os.geteuid() == 0 else None
        if done is None or done.returncode:
            test.skipTest("mounting is not allowed here: " + (done.stderr.strip() if done else "not root"))
        test.addCleanup(subprocess.run, ["umount", "-l", self.path], check=False)

    def fill(self, spare=0):
        """Leaves `spare` bytes."""
        status = os.statvfs(self.path)
        count = status.f_bavail * status.f_frsize - spare
        with open(self.path / "ballast", "wb") as ballast:
            os.posix_fallocate(ballast.fileno(), 0, max(1, count))

    def empty(self):
        (self.path / "ballast").unlink()


class Disk(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.close)

    def start(self, folder, *extra):
        server = hearth(folder, "-ingester.disk-used-percent-max=100", "-log.level=error", *extra)
        self.addCleanup(server.close)
        return server.start()

    def takes(self, server, load):
        """Whether a push is acknowledged; a refusal must say that it is ours and may pass."""
        load.start(server.client)
        time.sleep(0.1)
        load.stop()
        for sender in load.senders:
            sender.join(10)
            load.acknowledged.update(sender.acknowledged)
        load.next = max(sender.next for sender in load.senders)
        return any(sender.acknowledged for sender in load.senders)

    def test_a_full_disk_refuses_and_resumes(self):
        mount = Mount(self, self.folder, 256)
        server = self.start(mount.path, "-ingester.flush-period=200ms", "-ingester.disk-free-min=0")
        load = Load(2)
        self.assertTrue(self.takes(server, load))
        mount.fill()
        wait_until(lambda: not self.takes(server, load), 20, "a refusal on a full disk")
        with self.assertRaises(Failure) as refused:
            server.client.push({"__name__": "process_cpu", "service_name": "x"}, pprof_of_one())
        self.assertEqual(refused.exception.status, 503)
        self.assertIn("Retry-After", refused.exception.headers)
        self.assertGreater(server.client.total(CPU, "{}"), 0, "queries answer while the disk is full")
        mount.empty()
        wait_until(lambda: self.takes(server, load), 5, "writes after there is room again")
        self.assert_all_there(server, load)
        server.kill()
        server.start()
        self.assert_all_there(server, load)
        self.assertEqual(server.stop(), 0)

    def test_the_guard_closes_before_the_disk_is_full(self):
        mount = Mount(self, self.folder, 256)
        server = self.start(mount.path, "-ingester.flush-period=200ms", f"-ingester.disk-free-min={64 * MIB}")
        load = Load(2)
        self.assertTrue(self.takes(server, load))
        mount.fill(32 * MIB)
        wait_until(lambda: not self.takes(server, load), 5, "a refusal on a nearly full disk")
        pending = server.folder / "data" / "ingester" / "wal"
        wait_until(lambda: not list(pending.glob("*.wal")), 10, "the flush goes on with what is left")
        mount.empty()
        wait_until(lambda: self.takes(server, load), 5, "writes after there is room again")
        self.assert_all_there(server, load)

    def assert_all_there(self, server, load):
        found = {stack[-1]: value for stack, value in server.client.stacks(CPU, "{}").items()}
        lost = {name: value for name, value in load.acknowledged.items() if found.get(name) != value}
        self.assertEqual(lost, {})


class Signals(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.close)

    def loaded(self, signals, pause, *flags):
        server = hearth(self.folder.path, "-ingester.flush-period=300ms", "-log.level=error", *flags)
        self.addCleanup(server.close)
        server.start()
        load = Load(3)
        load.start(server.client)
        time.sleep(0.5)
        for number in signals:
            server.child.send_signal(number)
            time.sleep(pause)
        return server, load

    def finish(self, server, load):
        load.stop()
        server.start()
        load.settle(server.client)
        return Judge(load).check(server.client)

    def test_sigterm_under_load_ends_cleanly_and_loses_nothing(self):
        server, load = self.loaded([signal.SIGTERM], 0)
        self.assertEqual(server.child.wait(30), 0)
        self.assertGreater(self.finish(server, load), 0)

    def test_a_second_sigterm_ends_at_once_and_loses_nothing(self):
        # The delay keeps the first one from being over.
        server, load = self.loaded([signal.SIGTERM, signal.SIGTERM], 0.2, "-shutdown-delay=30s")
        self.assertEqual(server.child.wait(5), 128 + signal.SIGTERM)
        self.assertGreater(self.finish(server, load), 0)

    def test_sigpipe_does_not_end_it(self):
        server, load = self.loaded([signal.SIGPIPE] * 5, 0.01)
        self.assertIsNone(server.child.poll())
        load.stop()
        self.assertEqual(server.stop(), 0)
        self.assertGreater(self.finish(server, load), 0)

    def test_a_storm_of_sighup_ends_it_cleanly(self):
        server, load = self.loaded([signal.SIGHUP] * 5, 0.01)
        self.assertEqual(server.child.wait(30), 0)
        self.assertGreater(self.finish(server, load), 0)


def pprof_of_one():
    return pprof.build([(("x",), [1], {})], time_nanos=time.time_ns())


if __name__ == "__main__":
    unittest.main()
