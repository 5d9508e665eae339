# SPDX-License-Identifier: Apache-2.0
"""The all-in-one as a stranger uses it: start, send, look, stop."""

import json
import subprocess
import time
import unittest

from hearthtest import pprof
from hearthtest.client import Failure
from hearthtest.process import BIN, Folder, hearth

CPU = "process_cpu:cpu:nanoseconds:cpu:nanoseconds"
LABELS = {"__name__": "process_cpu", "service_name": "shop", "region": "eu"}


def profile(scale=1, time_nanos=None, labels=None):
    samples = [
        (("main", "serve", "parse"), [30 * scale], labels or {}),
        (("main", "serve"), [10 * scale], labels or {}),
        (("main", "gc"), [5 * scale], {}),
    ]
    return pprof.build(samples, time_nanos=time.time_ns() if time_nanos is None else time_nanos)


class AllInOne(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.close)
        self.server = hearth(self.folder.path)
        self.addCleanup(self.server.close)
        self.server.start()
        self.client = self.server.client

    def test_shows_a_profile_as_soon_as_it_is_acknowledged(self):
        for round_number in range(1, 6):
            self.client.push(LABELS, profile())
            self.assertEqual(self.client.total(CPU), 45 * round_number)
        expected = {("main", "serve", "parse"): 150, ("main", "serve"): 50, ("main", "gc"): 25}
        self.assertEqual(dict(self.client.stacks(CPU)), expected)

    def test_answers_the_label_apis(self):
        self.client.push(LABELS, profile())
        now = int(time.time() * 1000)
        window = {"start": now - 3_600_000, "end": now + 1000}
        types = self.client.call("ProfileTypes", window)["profileTypes"]
        self.assertEqual([one["ID"] for one in types], [CPU])
        self.assertIn("region", self.client.call("LabelNames", window)["names"])
        values = self.client.call("LabelValues", {**window, "name": "service_name"})["names"]
        self.assertEqual(values, ["shop"])
        series = self.client.call("Series", {**window, "labelNames": ["service_name", "region"]})["labelsSet"]
        pairs = [{p["name"]: p["value"] for p in one["labels"]} for one in series]
        self.assertEqual(pairs, [{"service_name": "shop", "region": "eu"}])

    def test_selects_by_label(self):
        self.client.push(LABELS, profile())
        self.client.push({**LABELS, "region": "us"}, profile(10))
        self.assertEqual(self.client.total(CPU, '{service_name="shop"}'), 495)
        self.assertEqual(self.client.total(CPU, '{region="us"}'), 450)
        self.assertEqual(self.client.total(CPU, '{region!="us"}'), 45)
        self.assertEqual(self.client.total(CPU, '{region=~"e.|none"}'), 45)
        self.assertEqual(self.client.total(CPU, '{region!~"u.*"}'), 45)

    def test_sample_labels_select_and_group(self):
        self.client.push(LABELS, profile(labels={"thread": "worker"}))
        self.assertEqual(self.client.total(CPU, '{thread="worker"}'), 40)
        self.assertEqual(self.client.total(CPU, '{thread=""}'), 5)
        now = int(time.time() * 1000)
        answer = self.client.call("SelectSeries", {
            "profileTypeID": CPU, "labelSelector": "{}", "start": now - 60_000, "end": now + 60_000, "step": 15,
            "groupBy": ["thread"],
        })
        sums = {}
        for one in answer["series"]:
            labels = {p["name"]: p["value"] for p in one.get("labels", [])}
            sums[labels.get("thread", "")] = sum(point.get("value", 0) for point in one["points"])
        self.assertEqual(sums, {"worker": 40.0, "": 5.0})

    def test_takes_the_ingest_endpoint(self):
        self.client.ingest("legacy.app{env=dev}", profile())
        self.assertEqual(self.client.total(CPU, '{service_name="legacy.app", env="dev"}'), 45)
        status, _, _ = self.client.request("POST", "//ingest?name=legacy.app&format=pprof", profile())
        self.assertEqual(status, 200)

    def test_renders_flamebearer(self):
        self.client.push(LABELS, profile())
        body = json.loads(self.client.get(f"/pyroscope/render?query={CPU}%7B%7D&from=now-1h&until=now&format=json"))
        self.assertEqual(body["flamebearer"]["numTicks"], 45)
        self.assertIn("timeline", body)

    def test_stores_a_retry_once(self):
        body = profile(time_nanos=time.time_ns())
        for _ in range(3):
            self.client.push(LABELS, body, "6f1ba9c0-0000-4000-8000-000000000001")
        self.assertEqual(self.client.total(CPU), 45)

    def test_survives_kill_and_restart(self):
        for _ in range(20):
            self.client.push(LABELS, profile())
        self.server.kill()
        self.server.start()
        self.assertEqual(self.client.total(CPU), 900)
        self.assertEqual(self.server.stop(), 0)
        self.server.start()
        self.assertEqual(self.client.total(CPU), 900)

    def test_flushes_and_ends_cleanly(self):
        self.client.push(LABELS, profile())
        self.assertEqual(self.server.stop(), 0)
        blocks = list((self.folder.path / "data").glob("**/blocks/**/*.pblk"))
        self.assertEqual(len(blocks), 1)
        self.server.start()
        self.assertEqual(dict(self.client.stacks(CPU))[("main", "serve", "parse")], 30)

    def test_names_come_from_the_symbol_store(self):
        self.client.push(LABELS, profile())
        self.assertEqual(self.server.stop(), 0)
        before = pprof_stacks(self.folder, self.server)
        done = subprocess.run(
            [BIN / "hearthctl", "symbols", "drop", f"-data-path={self.folder.path}/data", "-yes"],
            capture_output=True, text=True,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.server.start()
        nameless = self.client.stacks(CPU)
        self.assertEqual(sum(nameless.values()), sum(before.values()))
        self.assertTrue(all(name.startswith("[function ") for stack in nameless for name in stack), nameless)
        self.assertEqual(self.server.stop(), 0)
        done = subprocess.run(
            [BIN / "hearthctl", "symbols", "rebuild", f"-data-path={self.folder.path}/data"],
            capture_output=True, text=True,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(pprof_stacks(self.folder, self.server), before)

    def test_exposes_its_state(self):
        self.client.push(LABELS, profile())
        metrics = self.client.get("/metrics").decode()
        self.assertIn("pyroscope_build_info", metrics)
        self.assertRegex(metrics, r"pyroscope_distributor_received_\w+")
        build = json.loads(self.client.get("/api/v1/status/buildinfo"))
        self.assertEqual(build["status"], "success")
        self.assertTrue(self.client.get("/").startswith(b"<!doctype html>"))


def pprof_stacks(folder, server):
    server.start()
    try:
        return dict(server.client.stacks(CPU))
    finally:
        server.stop()


class BadInput(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.server = hearth(cls.folder.path).start()
        cls.client = cls.server.client

    @classmethod
    def tearDownClass(cls):
        cls.server.close()
        cls.folder.close()

    def refuse(self, status, pattern, action):
        with self.assertRaises(Failure) as caught:
            action()
        self.assertEqual(caught.exception.status, status, caught.exception)
        self.assertRegex(caught.exception.message, pattern)
        self.assertTrue(self.client.ready())

    def test_garbage_is_the_senders_fault(self):
        self.refuse(400, ".", lambda: self.client.push(LABELS, b"\xff\xff\xff\xff"))
        self.refuse(400, ".", lambda: self.client.push(LABELS, b"\x1f\x8b\x08garbage"))
        self.refuse(400, "no profiles received", lambda: self.client.push_many([]))
        self.refuse(422, ".", lambda: self.client.ingest("app", b"\xff\xff"))

    def test_labels_are_checked(self):
        self.refuse(400, "invalid metric name", lambda: self.client.push({"service_name": "shop"}, profile()))
        long = {**LABELS, "x" * 1025: "v"}
        self.refuse(400, "1024|too long", lambda: self.client.push(long, profile()))
        many = {**LABELS, **{f"label{i}": "v" for i in range(40)}}
        self.refuse(400, "limit 30", lambda: self.client.push(many, profile()))
        self.refuse(400, "name", lambda: self.client.ingest("a b c", profile()))

    def test_old_profiles_are_outside_the_window(self):
        old = profile(time_nanos=time.time_ns() - 48 * 3600 * 10**9)
        self.refuse(400, "ingestion window", lambda: self.client.push(LABELS, old))

    def test_bad_queries_say_what_is_wrong(self):
        self.refuse(400, ".", lambda: self.client.flamegraph("nonsense"))
        self.refuse(400, ".", lambda: self.client.flamegraph(CPU, "{a=~\"(\"}"))
        self.refuse(400, ".", lambda: self.client.flamegraph(CPU, "{", 1, 2))
        self.refuse(400, ".", lambda: self.client.flamegraph(CPU, "{}", 10, 2))
        self.assertEqual(self.client.request("GET", "/nowhere")[0], 404)
        self.assertEqual(self.client.request("GET", "/push.v1.PusherService/Push")[0], 405)

    def test_one_bad_profile_loses_no_good_one(self):
        labels = {**LABELS, "service_name": "mixed"}
        with self.assertRaises(Failure) as caught:
            self.client.push_many([(labels, [("", profile()), ("", b"\xff"), ("", profile(2))])])
        self.assertEqual(caught.exception.status, 400)
        self.assertEqual(self.client.total(CPU, '{service_name="mixed"}'), 135)

    def test_a_bomb_is_refused_before_it_grows(self):
        import gzip
        bomb = gzip.compress(b"\x00" * (256 << 20), 9)
        self.refuse(413, "limit", lambda: self.client.push(LABELS, bomb))


class Tenants(unittest.TestCase):
    def test_each_tenant_sees_its_own(self):
        folder = Folder()
        self.addCleanup(folder.close)
        server = hearth(folder.path, "-auth.multitenancy-enabled=true")
        self.addCleanup(server.close)
        server.start()
        with self.assertRaises(Failure) as caught:
            server.client.push(LABELS, profile())
        self.assertEqual(caught.exception.status, 401)
        one, two = server.client, server.client
        one.tenant, two.tenant = "one", "two"
        one.push(LABELS, profile())
        two.push(LABELS, profile(2))
        self.assertEqual((one.total(CPU), two.total(CPU)), (45, 90))


class CommandLine(unittest.TestCase):
    def run_hearth(self, *arguments):
        return subprocess.run([BIN / "hearth", *arguments], capture_output=True, text=True, timeout=20)

    def test_help_lists_the_flags(self):
        done = self.run_hearth("-help")
        self.assertEqual(done.returncode, 0)
        self.assertIn("-server.http-listen-port", done.stdout + done.stderr)

    def test_a_bad_flag_is_explained(self):
        done = self.run_hearth("-server.http-listen-prt=1")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("server.http-listen-port", done.stderr)
        done = self.run_hearth("-server.http-listen-port=lots")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("lots", done.stderr)

    def test_the_configuration_file_is_read(self):
        folder = Folder()
        self.addCleanup(folder.close)
        path = folder.path / "hearth.yaml"
        path.write_text("server:\n  http_listen_port: nonsense\n")
        done = self.run_hearth(f"-config.file={path}")
        self.assertNotEqual(done.returncode, 0)
        self.assertRegex(done.stderr, r"hearth\.yaml.*2")

    def test_a_taken_port_is_an_error_not_a_hang(self):
        folder = Folder()
        self.addCleanup(folder.close)
        server = hearth(folder.path)
        self.addCleanup(server.close)
        server.start()
        other = hearth(folder.path / "..", port=server.port)
        other.folder = folder.path
        done = subprocess.run([BIN / "hearth", *other.arguments[:2], f"-data-path={folder.path}/other"],
                              capture_output=True, text=True, timeout=20)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn(str(server.port), done.stderr)


if __name__ == "__main__":
    unittest.main()
