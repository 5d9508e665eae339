# SPDX-License-Identifier: Apache-2.0
"""Programs of three languages under their own profilers, read back from a server with several tenants."""

import collections
import gzip
import http.client
import pathlib
import shutil
import subprocess
import sys
import time
import unittest
import urllib.parse

from hearthtest import pprof
from hearthtest.client import Client, Failure
from hearthtest.process import Folder, hearth, wait_until
from hearthtest.wire import form

LIVE = pathlib.Path(__file__).resolve().parent / "live"
CPU = "process_cpu:cpu:nanoseconds:cpu:nanoseconds"


class Live(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.close)
        self.server = hearth(self.folder.path, "-auth.multitenancy-enabled=true")
        self.addCleanup(self.server.close)
        self.server.start()
        self.address = f"http://127.0.0.1:{self.server.port}"
        self.mine, self.other = Client(self.server.port, "team-a"), Client(self.server.port, "team-b")

    def program(self, *arguments, **options):
        child = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **options)
        self.addCleanup(child.wait)
        self.addCleanup(child.kill)
        return child

    def line(self, child):
        self.addCleanup(child.stdout.close)
        return child.stdout.readline().decode().strip()

    @staticmethod
    def window():
        now = int(time.time() * 1_000)
        return {"start": now - 3_600_000, "end": now + 60_000}

    def types(self, client):
        return {one["ID"] for one in client.call("ProfileTypes", self.window()).get("profileTypes", [])}

    def values(self, label):
        return self.mine.call("LabelValues", {"name": label, **self.window()}).get("names", [])

    def upload(self, name, parts, **query):
        target = "/ingest?" + urllib.parse.urlencode({"name": name, **query})
        kind = {"Content-Type": "multipart/form-data; boundary=xyz"}
        status, answer, _ = self.mine.request("POST", target, form(*parts), kind)
        self.assertEqual((status, answer), (200, b""))


class Python(Live):
    def test_cpu_memory_tags_and_tenant(self):
        try:
            import pyroscope  # noqa: F401
        except ImportError as error:
            self.skipTest(f"the SDK is not installed: {error}")
        child = self.program(sys.executable, LIVE / "shop.py", self.address, "team-a", "4", stdout=subprocess.DEVNULL)
        self.assertEqual(child.wait(60), 0)
        stacks = wait_until(lambda: self.stacks(CPU, '{service_name="shop.live",vehicle="käse/1"}'), 20, "CPU")
        busy = sum(value for stack, value in stacks.items() if any("hash_order" in name for name in stack))
        self.assertGreater(busy, 100_000_000, stacks)
        memory = [one for one in self.types(self.mine) if one.startswith("memory:")]
        self.assertTrue(memory, self.types(self.mine))
        filled = collections.Counter()
        for kind in memory:
            for stack, value in self.stacks(kind, '{region="eu-west"}').items():
                filled[kind] += value if any("fill_shelf" in name for name in stack) else 0
        self.assertGreater(max(filled.values()), 4 << 20, filled)
        self.assertEqual(self.values("region"), ["eu-west"])
        self.assertEqual(self.values("vehicle"), ["käse/1"])
        self.assertIn("MainThread", self.values("thread_name"))
        self.assertEqual(self.types(self.other), set(), "another tenant sees nothing")

    def stacks(self, kind, selector):
        try:
            return self.mine.stacks(kind, selector)
        except Failure as failure:
            self.assertNotEqual(failure.status // 100, 5, failure)
            return None


class Go(Live):
    CONFIG = {
        "heap": b'{"alloc_objects":{"units":"objects"},"alloc_space":{"units":"bytes"},"inuse_objects":{"units":'
                b'"objects","aggregation":"average"},"inuse_space":{"units":"bytes","aggregation":"average"}}',
        "goroutine": b'{"goroutine":{"display-name":"goroutines","units":"goroutines","aggregation":"average"}}',
    }

    def test_what_net_http_pprof_shows_is_stored_to_the_last_stack(self):
        go = shutil.which("go") or shutil.which("go", path=str(pathlib.Path(sys.executable).parent))
        if not go:
            self.skipTest("there is no Go here")
        binary = self.folder.path / "shop"
        subprocess.run([go, "build", "-o", binary, LIVE / "shop.go"], check=True, capture_output=True, cwd=self.folder.path)
        address = self.line(self.program(binary, stdout=subprocess.PIPE))
        for path in ("profile?seconds=1", "heap", "goroutine"):
            self.check(path.partition("?")[0], self.scrape(address, path))

    def scrape(self, address, path):
        connection = http.client.HTTPConnection(address, timeout=30)
        self.addCleanup(connection.close)
        connection.request("GET", f"/debug/pprof/{path}")
        answer = connection.getresponse()
        self.assertEqual(answer.status, 200)
        return answer.read()

    def check(self, kind, raw):
        """By Push as a collector sends it, and by `/ingest` as the SDK for Go does; both hold every stack."""
        pushed = {"profile": "process_cpu", "heap": "memory", "goroutine": "goroutine"}[kind]
        uploaded = {"goroutine": "goroutines"}.get(kind, pushed)
        self.mine.push({"__name__": pushed, "service_name": f"pushed-{kind}", "__delta__": "false"}, raw)
        now = time.time_ns()
        parts = [("profile", raw), *(("sample_type_config", one) for one in [self.CONFIG.get(kind)] if one)]
        self.upload(f"uploaded-{kind}", parts, **{"from": now - 10**9, "until": now, "spyName": "gospy", "sampleRate": 0})
        profile = pprof.Profile(raw)
        for name, unit in profile.types:
            expected = profile.stacks(name)
            for metric, service in ((pushed, f"pushed-{kind}"), (uploaded, f"uploaded-{kind}")):
                found = self.mine.stacks(":".join([metric, name, unit, *profile.period]), f'{{service_name="{service}"}}')
                self.assertEqual(found, expected, (service, name))
        names = {name for stack in profile.stacks(profile.types[-1][0]) for name in stack}
        self.assertTrue(any(name.startswith("main.") for name in names), names)


class Java(Live):
    def test_a_recording_of_the_jdk_is_read_back_by_function(self):
        if not shutil.which("java") or not shutil.which("jcmd"):
            self.skipTest("there is no JDK here")
        child = self.program("java", LIVE / "Shop.java", stdout=subprocess.PIPE)
        pid, path = self.line(child), self.folder.path / "shop.jfr"
        self.command(pid, "JFR.start", "name=shop", "settings=profile")
        time.sleep(3)
        self.command(pid, "JFR.dump", "name=shop", f"filename={path}")
        recording, now = path.read_bytes(), int(time.time())
        labels = gzip.compress(b"")
        for name, parts in {
            "plain": [("jfr", recording)], "packed": [("jfr", gzip.compress(recording, 1)), ("labels", labels)],
        }.items():
            self.upload(f"{name}{{region=eu-west}}", parts, **{
                "format": "jfr", "spyName": "javaspy", "from": now - 10, "until": now, "units": "samples",
                "aggregationType": "sum",
            })
        plain = self.mine.stacks(CPU, '{service_name="plain",region="eu-west"}')
        packed = self.mine.stacks(CPU, '{service_name="packed",pyroscope_spy="javaspy"}')
        self.assertEqual(plain, packed)
        for function in ("Shop.fib", "Shop.hashOrder"):
            busy = sum(value for stack, value in plain.items() if any(name.startswith(function) for name in stack))
            self.assertGreater(busy, 100_000_000, (function, plain))
        self.assertTrue(any("alloc_sample_bytes" in one for one in self.types(self.mine)), self.types(self.mine))

    def command(self, pid, *arguments):
        done = subprocess.run(["jcmd", pid, *arguments], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)


if __name__ == "__main__":
    unittest.main()
