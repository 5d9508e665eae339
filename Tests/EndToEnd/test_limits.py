# SPDX-License-Identifier: Apache-2.0
"""Limits of single tenants while servers run: from a file, from the catalogue, alone and in a cluster."""

import json
import pathlib
import re
import subprocess
import sys
import time
import unittest

from hearthtest import pprof
from hearthtest.client import Client, Failure
from hearthtest.postgres import Postgres
from hearthtest.process import BIN, ROOT, Folder, Process, free_port, hearth, wait_until

sys.path.insert(0, str(ROOT / "Deploy" / "cluster"))
from cluster import commands  # noqa: E402

CPU = "process_cpu:cpu:nanoseconds:cpu:nanoseconds"
LABELS = {"__name__": "process_cpu", "service_name": "shop"}
RELOAD = "-runtime-config.reload-period=100ms"


def profile(value=10, labels=None):
    return pprof.build([(("main", "work"), [value], labels or {})], time_nanos=time.time_ns())


def metric(client, name, **labels):
    """The value of a sample; 0 where there is none."""
    for line in client.get("/metrics").decode().splitlines():
        if re.match(rf"{name}[{{ ]", line) and all(f'{key}="{value}"' in line for key, value in labels.items()):
            return float(line.rsplit(" ", 1)[1])
    return 0


def last_hour():
    now = int(time.time() * 1000)
    return {"start": now - 3_600_000, "end": now + 60_000}


def hearthctl(*arguments):
    return subprocess.run([BIN / "hearthctl", *arguments], capture_output=True, text=True, timeout=60)


def refusal(client, labels=None, body=None):
    """The failure of a push; None when it is taken."""
    try:
        client.push(labels or LABELS, body or profile())
    except Failure as failure:
        return failure
    return None


class OneProcess(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.close)
        self.file = self.folder.path / "overrides.yaml"
        self.write({})
        self.server = hearth(
            self.folder.path, "-auth.multitenancy-enabled=true", f"-runtime-config.file={self.file}", RELOAD
        )
        self.addCleanup(self.server.close)
        self.server.start()
        self.client = Client(self.server.port, tenant="team-a")

    def write(self, overrides):
        """Replaces the file in one step, as a config map does."""
        new = self.file.with_suffix(".new")
        new.write_text(overrides if isinstance(overrides, str) else json.dumps({"overrides": overrides}))
        new.rename(self.file)

    def limits(self, client=None):
        return json.loads((client or self.client).get("/api/v1/tenant_limits"))

    def set_limits(self, **limits):
        self.write({"team-a": limits})
        name, value = next(iter(limits.items()))
        wait_until(lambda: self.limits()[name] == value, 10, f"{name} in force")

    def test_rate_limit_of_the_file_is_taken_up_while_running(self):
        self.assertIsNone(refusal(self.client))
        self.set_limits(ingestion_rate_mb=0.001, ingestion_burst_size_mb=0.001)
        big = pprof.build([((f"f{index}",), [1], {}) for index in range(20)], time_nanos=time.time_ns(), compress=False)
        wait_until(lambda: refusal(self.client, body=big), 10, "first refusal")
        failure = refusal(self.client, body=big)
        self.assertEqual(failure.status, 429)
        self.assertRegex(failure.message, r"^push rate limit \(1\.0 KiB\) exceeded while adding [\d.]+ K?i?B$")
        self.assertTrue(1 <= int(failure.headers["Retry-After"]) <= 62, failure.headers)
        lost = metric(self.client, "pyroscope_discarded_samples_total", reason="rate_limited", tenant="team-a")
        self.assertGreaterEqual(lost, 2)
        self.assertIsNone(refusal(Client(self.server.port, tenant="team-b"), body=big), "another tenant")
        self.set_limits(ingestion_rate_mb=100, ingestion_burst_size_mb=100)
        self.assertIsNone(refusal(self.client, body=big))

    def test_broken_file_keeps_the_old_limits(self):
        self.set_limits(max_label_names_per_series=3)
        self.write("overrides: {team-a: {max_label_namez_per_series: 9}}")
        name = "pyroscope_runtime_config_last_reload_successful"
        wait_until(lambda: metric(self.client, name) == 0, 10, "the broken file in the metric")
        self.assertIn("max_label_namez_per_series; did you mean max_label_names_per_series?", self.server.tail())
        failure = refusal(self.client, {**LABELS, "pod": "a", "zone": "b"})
        self.assertEqual(failure.status, 400)
        self.assertRegex(failure.message, r"has 4 label names; limit 3$")
        self.set_limits(max_label_names_per_series=4)
        self.assertEqual(metric(self.client, name), 1)
        self.assertIsNone(refusal(self.client, {**LABELS, "pod": "a", "zone": "b"}))

    def test_relabeled_series_are_found_by_their_new_labels(self):
        self.set_limits(
            max_sessions_per_series=0,
            ingestion_relabeling_rules=[
                {"source_labels": ["pod"], "regex": "(.*)-[a-z0-9]+", "target_label": "deployment"},
                {"action": "labeldrop", "regex": "pod|thread"},
                {"action": "drop", "source_labels": ["env"], "regex": "test"},
            ],
        )
        wait_until(lambda: self.limits()["ingestion_relabeling_rules"], 10, "rules in force")
        self.client.push({**LABELS, "pod": "cart-7f", "env": "prod"}, profile(10, {"thread": "t1", "kind": "k"}))
        self.client.push({**LABELS, "pod": "cart-7f", "env": "test"}, profile(1000))
        self.assertEqual(self.client.total(CPU, '{deployment="cart"}'), 10)
        self.assertEqual(self.client.total(CPU, '{kind="k"}'), 10)
        self.assertEqual(self.client.total(CPU), 10)
        names = self.client.call("LabelNames", last_hour())["names"]
        self.assertNotIn("pod", names)
        self.assertNotIn("thread", names)
        lost = metric(self.client, "pyroscope_discarded_samples_total", reason="dropped_by_relabel_rules")
        self.assertEqual(lost, 1)
        # By /ingest the name comes from the profile's own types.
        self.set_limits(
            max_sessions_per_series=1,
            ingestion_relabeling_rules=[
                {"source_labels": ["__name__"], "regex": "process_(.*)", "target_label": "__name__", "replacement": "my_$1"}
            ],
        )
        self.client.ingest("other", profile(7))
        self.assertEqual(self.client.total("my_cpu:cpu:nanoseconds:cpu:nanoseconds"), 7)

    def test_sample_types_are_dropped(self):
        self.set_limits(
            max_sessions_per_series=1,
            sample_type_relabeling_rules=[{"action": "drop", "source_labels": ["__type__"], "regex": "samples"}],
        )
        body = pprof.build(
            [(("main",), [1, 10], {})], types=(("samples", "count"), ("cpu", "nanoseconds")), time_nanos=time.time_ns()
        )
        self.client.push(LABELS, body)
        self.assertEqual(self.client.total(CPU), 10)
        types = self.client.call("ProfileTypes", last_hour())
        self.assertEqual([one["ID"] for one in types["profileTypes"]], [CPU])

    def test_usage_groups_sampling_and_quota(self):
        self.set_limits(
            max_sessions_per_series=1,
            distributor_usage_groups={"web": '{service_name=~"web.*"}', "batch": '{service_name="batch"}'},
            distributor_sampling={"usage_groups": {"batch": {"probability": 0}}},
            ingestion_limit={"period_type": "hour", "usage_groups": {"web": {"period_limit_mb": 3, "limit_reached": True}}},
        )
        self.client.push({**LABELS, "service_name": "batch"}, profile())
        self.client.push(LABELS, profile())
        failure = refusal(self.client, {**LABELS, "service_name": "web-1"})
        self.assertEqual(failure.status, 429)
        self.assertTrue(failure.message.startswith("limit of 3.0 MiB/hour reached for usage group web, next reset at "))
        self.assertIn("Retry-After", failure.headers)
        self.assertEqual(self.client.total(CPU), 10)
        for reason, group in (("dropped_by_sampling_rules", "batch"), ("ingest_limit_reached", "web")):
            lost = metric(self.client, "pyroscope_usage_group_discarded_bytes_total", reason=reason, usage_group=group)
            self.assertGreater(lost, 0, reason)
        received = metric(self.client, "pyroscope_usage_group_received_decompressed_total", usage_group="other")
        self.assertGreater(received, 0)

    def test_catalogue_wins_and_gives_back(self):
        self.set_limits(max_label_names_per_series=3)
        data = f"-data-path={self.folder.path}/data"
        done = hearthctl("limits", "set", "team-a", "max_label_names_per_series", "5", data)
        self.assertEqual(done.returncode, 0, done.stderr)
        wait_until(lambda: self.limits()["max_label_names_per_series"] == 5, 10, "the catalogue's limit")
        self.assertIn("team-a max_label_names_per_series: 5\n", hearthctl("limits", "list", data).stdout)
        self.assertIn("max_label_names_per_series: 5", self.client.get("/runtime_config").decode())
        refused = hearthctl("limits", "set", "team-a", "max_label_names", "5", data)
        self.assertEqual(refused.returncode, 1)
        self.assertIn("unknown key max_label_names", refused.stderr)
        self.assertEqual(hearthctl("limits", "unset", "team-a", "max_label_names_per_series", data).returncode, 0)
        wait_until(lambda: self.limits()["max_label_names_per_series"] == 3, 10, "the file's limit again")

    def test_artificial_delay(self):
        self.set_limits(max_sessions_per_series=1, ingestion_artificial_delay="300ms")
        started = time.monotonic()
        status, _, headers = self.client.request(
            "POST", "/push.v1.PusherService/Push", pprof.push_request([(LABELS, [("", profile())])]),
            {"Content-Type": "application/proto"},
        )
        self.assertEqual(status, 200)
        self.assertGreaterEqual(time.monotonic() - started, 0.27)
        self.assertRegex(headers["Server-Timing"], r"^artificial_delay;dur=\d+$")


class StartsWithoutABrokenFile(unittest.TestCase):
    def test_process_ends_and_says_why(self):
        folder = Folder()
        self.addCleanup(folder.close)
        file = folder.path / "overrides.yaml"
        file.write_text("overrides:\n  a:\n    ingestion_rate_mb: lots\n")
        server = hearth(folder.path, f"-runtime-config.file={file}")
        self.addCleanup(server.close)
        server.start(wait=False)
        self.assertEqual(server.child.wait(30), 1)
        self.assertIn("overrides.yaml:3:24", server.tail())


class ManyProcesses(unittest.TestCase):
    def test_limit_set_by_hearthctl_reaches_every_distributor(self):
        folder = Folder()
        self.addCleanup(folder.close)
        postgres = Postgres(folder.path).start()
        self.addCleanup(postgres.close)
        ports = [free_port() for _ in range(4)]
        started = list(commands(folder.path, postgres.url, ports[0], ports[1], ports[2:]))
        name, arguments = next(one for one in started if one[0] == "hearth-distributor")
        second = free_port()
        arguments = [f"-server.http-listen-port={second}" if "listen-port" in one else one for one in arguments]
        clients = []
        for name, arguments in [*started, (name, arguments)]:
            port = next(int(one.split("=")[1]) for one in arguments if one.startswith("-server.http-listen-port="))
            if name == "hearth-distributor":
                arguments = [*arguments, RELOAD]
                clients.append(Client(port))
            process = Process(name, arguments, pathlib.Path(folder.path), port)
            self.addCleanup(process.close)
            process.start()
        self.assertEqual(len(clients), 2)
        labels = {**LABELS, "pod": "a"}
        for client in clients:
            wait_until(lambda: refusal(client, labels) is None, 20, "first push")
        catalog = f"-catalog.url={postgres.url}"
        done = hearthctl("limits", "set", "anonymous", "max_label_names_per_series", "2", catalog)
        self.assertEqual(done.returncode, 0, done.stderr)
        for client in clients:
            wait_until(lambda: refusal(client, labels) is not None, 10, "the limit in force")
            failure = refusal(client, labels)
            self.assertEqual(failure.status, 400)
            self.assertRegex(failure.message, r"has 3 label names; limit 2$")
        # The catalogue away: the limits stay, and so does the write path.
        name = "hearth_limits_catalog_last_read_successful"
        for client in clients:
            self.assertEqual(metric(client, name), 1)
        postgres.stop()
        for client in clients:
            wait_until(lambda: metric(client, name) == 0, 30, "the outage in the metric")
            self.assertEqual(refusal(client, labels).status, 400)
            self.assertIsNone(refusal(client))


if __name__ == "__main__":
    unittest.main()
