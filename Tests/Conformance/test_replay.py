# SPDX-License-Identifier: Apache-2.0
"""Recorded requests of real clients, and the real server's answers to them.

What differs is listed with its reason in `known_differences.txt` (docs/compatibility.md explains it). A difference
that is not listed fails, and so does a listed exchange that agrees: the list only shrinks. Endpoints that are not
served yet are counted, not judged.
"""

import collections
import json
import pathlib
import re
import subprocess
import sys
import unittest

from hearthtest.process import SHARED, UNLIMITED, Folder, hearth

HERE = pathlib.Path(__file__).resolve().parent
PACK = SHARED / "conformance"

RPCS = ("ProfileTypes|LabelNames|LabelValues|Series|SelectMergeStacktraces|SelectSeries|SelectHeatmap|GetProfileStats"
        "|AnalyzeQuery|SelectMergeSpanProfile|SelectMergeProfile|Diff")
SERVED = re.compile(
    r"//?((pyroscope//?)?(push\.v1\.PusherService/Push|ingest)|querier\.v1\.QuerierService/(" + RPCS + ")"
    r"|debuginfo\.v1alpha1\.DebuginfoService/(ShouldInitiateUpload|UploadFinished|ListDebuginfo|DeleteDebuginfo|Upload/\w+)"
    r"|opentelemetry\.proto\.collector\.profiles\.v1development\.ProfilesService/Export|v1development/profiles"
    r"|pyroscope/(render|render-diff|label-values)|ready|metrics|api/v1/status/(buildinfo|config(/diff|/default)?)|api/v1/nope"
    r"|settings\.v1\.\w+/\w+|capabilities\.v1\.\w+/\w+|version\.v1\.Version/Version|vcs\.v1\.VCSService/\w+"
    r"|grpc\.health\.v1\.Health/Check|adhocprofiles\.v1\.\w+/\w+"
    r"|(distributor/|overrides-exporter/)?ring(-segment-writer)?)(\?|$)"
)

# The recorded server had these limits; ours are wider by default.
RECORDED_LIMITS = [
    *UNLIMITED, "-querier.max-query-length=1d", "-validation.max-profile-size-bytes=4194304",
    "-validation.max-profile-stacktrace-samples=16000",
]


class Known:
    """The list: a regular expression per line, `^group/half/number name`, then ` # reason`."""

    def __init__(self, path):
        self.lines = []
        for line in path.read_text().splitlines():
            if line.strip() and not line.startswith("#"):
                pattern, mark, reason = line.partition(" # ")
                if not mark or not reason.strip():
                    raise ValueError(f"{path.name}: no reason given: {line}")
                self.lines.append((re.compile(pattern.strip()), reason.strip()))

    def of(self, name):
        return [line for line in self.lines if line[0].search(name)]


class Replay(unittest.TestCase):
    def setUp(self):
        if not PACK.is_dir():
            self.skipTest(f"no recordings at {PACK}")
        self.folder = Folder()
        self.addCleanup(self.folder.close)

    def replay(self, *arguments, flags=()):
        """Replays on a new server; compares what failed with the list."""
        server = hearth(self.folder.path, *RECORDED_LIMITS, *flags)
        self.addCleanup(server.close)
        server.start()
        report = self.folder.path / "report.json"
        arguments = [PACK / one if "/" in one else one for one in arguments]
        done = subprocess.run(
            [sys.executable, PACK / "replay.py", "--base", f"http://127.0.0.1:{server.port}", "--settle", "0",
             "--report", report, *arguments],
            capture_output=True, text=True, timeout=300,
        )
        self.assertTrue(report.exists(), done.stdout[-2000:] + done.stderr[-2000:])
        self.judge(json.loads(report.read_text())["results"])
        self.assertTrue(server.client.ready(), server.tail())

    def judge(self, results):
        known, used, problems = Known(HERE / "known_differences.txt"), set(), []
        counts, unserved = collections.Counter(), collections.Counter()
        groups = {one["name"].split(" ")[0].rsplit("/", 1)[0] for one in results}
        for one in results:
            target = self.target(one["name"])
            if not SERVED.match(target):
                unserved[target.split("?")[0]] += 1
                continue
            lines = known.of(one["name"])
            used.update(line[0].pattern for line in lines)
            counts["listed" if lines and one["result"] == "failed" else one["result"]] += 1
            if one["result"] == "failed" and not lines:
                problems.append(f"new difference: {one['name']}: {'; '.join(one['differences'][:3])[:600]}")
            if one["result"] == "passed" and lines:
                problems.append(f"listed, but it agrees: {one['name']} ({lines[0][0].pattern})")
        for pattern, _ in known.lines:
            expected = any(pattern.pattern.startswith(f"^{group}/") for group in groups)
            if expected and pattern.pattern not in used:
                problems.append(f"listed, but there is no such exchange: {pattern.pattern}")
        print(f"{', '.join(sorted(groups))}: {dict(counts)}; of endpoints not served yet: {sum(unserved.values())}")
        self.assertGreater(counts["passed"], 0)
        self.assertFalse(problems, "\n" + "\n".join(problems[:60]))

    @staticmethod
    def target(name):
        label = name.split(" ")[0]
        for kind in ("scenarios", "errors"):
            path = PACK / kind / label / "exchange.json"
            if path.exists():
                return json.loads(path.read_text())["request"]["target"]
        raise AssertionError(f"no exchange {label}")

    def test_go_server(self):
        self.replay("--scenario", "scenarios/go-server")

    def test_polyglot_pprof(self):
        self.replay("--scenario", "scenarios/polyglot-pprof")

    def test_jfr(self):
        self.replay("--scenario", "scenarios/jfr")

    def test_folded_and_speedscope(self):
        self.replay("--scenario", "scenarios/folded-and-speedscope")

    def test_otlp(self):
        self.replay("--scenario", "scenarios/otlp")

    def test_multi_tenant(self):
        flags = ["-auth.multitenancy-enabled=true", "-auth.tenant-federation-enabled=true"]
        self.replay("--scenario", "scenarios/multi-tenant", flags=flags)

    def test_side_services(self):
        self.replay("--scenario", "scenarios/side-services")

    def test_bad_writes(self):
        self.replay("--errors", "errors/write")

    def test_bad_reads(self):
        self.replay("--errors", "errors/read")

    def test_bad_reads_with_data(self):
        self.replay("--scenario", "scenarios/go-server", "--writes", "--errors", "errors/read-with-data")

    def test_time_syntax(self):
        self.replay("--errors", "errors/time-syntax")

    def test_default_limits(self):
        self.replay("--errors", "errors/default-limits", flags=[
            "-validation.reject-older-than=1h", "-validation.reject-newer-than=10m", "-querier.max-query-lookback=7d",
            "-distributor.ingestion-rate-limit-mb=4", "-distributor.ingestion-burst-size-mb=2",
        ])

    def test_body_limit(self):
        limits = ["-distributor.ingestion-body-limit-mb=1", "-distributor.inflated-body-limit=1048576"]
        self.replay("--errors", "errors/body-limit-1mb", flags=limits)


if __name__ == "__main__":
    unittest.main()
