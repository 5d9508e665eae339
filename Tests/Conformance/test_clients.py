# SPDX-License-Identifier: Apache-2.0
"""What recorded profilers and collectors put on the wire, sent again as it was, and the answers to it.

A request goes out byte for byte, its head and its chunks as recorded; only the tenant is ours, one per case. For
profilers the queries that followed are asked again, and answered as the real server did. For collectors, whose
recordings hold no queries, every stack of every profile that was accepted is counted by an oracle and by the server.
Differences are judged as in `test_replay.py`.
"""

import collections
import gzip
import http.client
import importlib.util
import json
import re
import time
import unittest

from hearthtest import pprof, wire
from hearthtest.client import Client
from hearthtest.process import Folder, hearth
from test_replay import HERE, PACK, RECORDED_LIMITS, SERVED, Known

ANSWERED = re.compile(r"ok|slow:|pass after")


def recorded(folder):
    """An exchange with the body that was sent."""
    exchange = json.loads((folder / "exchange.json").read_text())
    body = folder / "request.body"
    return exchange, body.read_bytes() if body.exists() else b""


def numbered(folder):
    return sorted(one for one in folder.iterdir() if one.name.isdigit()) if folder.is_dir() else []


def wire_bytes(exchange, body, tenant) -> bytes:
    """The request as the client wrote it, but for the tenant."""
    head = exchange["request"]["wire_head"].removesuffix("\r\n\r\n").split("\r\n")
    lines = [line for line in head if not line.lower().startswith("x-scope-orgid:")]
    out = "\r\n".join([*lines, f"X-Scope-OrgID: {tenant}"]).encode("latin-1") + b"\r\n\r\n"
    sizes = exchange["request"].get("chunk_sizes")
    if not any(line.lower().startswith("transfer-encoding:") for line in lines):
        return out + body
    at = 0
    for size in [one for one in sizes or [len(body)] if one]:
        out += b"%x\r\n" % size + body[at:at + size] + b"\r\n"
        at += size
    assert at == len(body)
    return out + b"0\r\n\r\n"


def send(port, exchange, body, tenant):
    """Status, headers in lower case, and the body without compression."""
    with wire.connect(port, 60) as connection:
        connection.sendall(wire_bytes(exchange, body, tenant))
        answer = http.client.HTTPResponse(connection, method=exchange["request"]["method"])
        answer.begin()
        content = answer.read()
        headers = {name.lower(): value for name, value in answer.getheaders()}
    return answer.status, headers, gzip.decompress(content) if headers.get("content-encoding") == "gzip" else content


class Case(unittest.TestCase):
    """One multi-tenant server for all cases of a recording."""

    flags = ()

    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.addClassCleanup(cls.folder.close)
        cls.server = hearth(cls.folder.path, *RECORDED_LIMITS, "-auth.multitenancy-enabled=true", *cls.flags)
        cls.addClassCleanup(cls.server.close)
        cls.server.start()

    def setUp(self):
        self.known, self.used, self.problems = Known(HERE / "known_differences.txt"), set(), []
        self.counts = collections.Counter()

    def note(self, name, difference):
        """Counts one comparison; `difference` is empty where both agree."""
        lines = self.known.of(name)
        self.used.update(line[0].pattern for line in lines)
        self.counts["listed" if difference and lines else "differ" if difference else "agree"] += 1
        if difference and not lines:
            self.problems.append(f"new difference: {name}: {difference}")
        if lines and not difference:
            self.problems.append(f"listed, but it agrees: {name} ({lines[0][0].pattern})")

    def conclude(self, group, least):
        for pattern, _ in self.known.lines:
            if pattern.pattern.startswith(f"^{group}/") and pattern.pattern not in self.used:
                self.problems.append(f"listed, but there is no such exchange: {pattern.pattern}")
        print(f"{group}: {dict(self.counts)}")
        self.assertGreater(self.counts["agree"], least)
        self.assertFalse(self.problems, "\n" + "\n".join(self.problems[:60]))
        self.assertTrue(self.server.client.ready(), self.server.tail())

    def write(self, label, folder, tenant):
        """Sends one request again; true when the server took it, None when its endpoint is not served."""
        exchange, body = recorded(folder)
        response = exchange.get("response")
        if exchange["request"]["method"] != "POST" or not response or not ANSWERED.match(exchange.get("fault") or ""):
            return False
        if not SERVED.match(exchange["request"]["target"]):
            self.counts["of endpoints not served yet"] += 1
            return None
        status, _, answer = send(self.server.port, exchange, body, tenant)
        name = f"{label}/{folder.name} {exchange['request']['target'].split('?')[0]}"
        same = status == response["status"]
        self.note(name, "" if same else f"{status} {answer[:200]!r}, recorded {response['status']}")
        target = exchange["request"]["target"]
        if status == 200 and target.startswith("/debuginfo"):
            stored = folder / "response.body"
            expected = stored.read_bytes() if stored.exists() else b""
            self.assertEqual(answer, gzip.decompress(expected) if expected[:2] == b"\x1f\x8b" else expected, name)
        elif status == 200 and not target.startswith("/push"):
            self.assertEqual(answer, b"", name)
        return status == 200


class Profilers(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        if not (PACK / "clients").is_dir():
            raise unittest.SkipTest(f"no recordings at {PACK}")
        spec = importlib.util.spec_from_file_location("recorded_clients", PACK / "clients" / "replay.py")
        cls.replayer = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(cls.replayer)

    def test_every_client(self):
        for case in sorted((PACK / "clients").glob("*/*/")):
            label, tenant = f"clients/{case.parent.name}/{case.name}", f"{case.parent.name}.{case.name}"
            taken = [self.write(label, one, tenant) for one in numbered(case)]
            if None in taken:
                continue
            for one in numbered(case / "answers"):
                self.ask(label, one, tenant)
        self.conclude("clients", 1_000)

    def ask(self, label, folder, tenant):
        exchange, body, expected = self.replayer.load(folder)
        target = exchange["request"]["target"]
        if not SERVED.match(target):
            self.counts["of endpoints not served yet"] += 1
            return
        address = f"http://127.0.0.1:{self.server.port}"
        status, _, answer = self.replayer.send(address, exchange, body, tenant)
        same = status == exchange["response"]["status"]
        same = same and self.replayer.norm(target, answer) == self.replayer.norm(target, expected)
        name = f"{label}/answers/{folder.name} {target.rpartition('/')[2]}"
        self.note(name, "" if same else f"{status} {answer[:200]!r}, recorded {expected[:200]!r}")


class Collectors(Case):
    flags = ["-querier.max-query-length=0"]

    def test_every_component_of_alloy(self):
        packs = sorted(PACK.glob("alloy-*/"))
        if not packs:
            self.skipTest(f"no recordings at {PACK}")
        for pack in packs:
            for case in sorted(pack.glob("*/*/")):
                tenant = f"{case.parent.name}.{case.name}"
                for folder in (case, case / "endpoint-b"):
                    self.replay(f"alloy/{folder.relative_to(pack)}", folder, tenant)
        self.conclude("alloy", 800)

    def replay(self, label, folder, tenant):
        pushed = {}
        for one in numbered(folder):
            exchange, body = recorded(one)
            is_push = "PusherService" in exchange["request"]["target"]
            if self.write(label, one, tenant if is_push else f"{tenant}.other") and is_push:
                pushed.update(dict.fromkeys(self.profiles(body)))
        totals = collections.defaultdict(collections.Counter)
        for name, _, _, raw in pushed:
            profile = pprof.Profile(raw)
            for kind, unit in profile.types:
                totals[":".join([name, kind, unit, *profile.period])] += profile.stacks(kind)
        client = Client(self.server.port, tenant)
        for kind, stacks in sorted(totals.items()):
            now = int(time.time() * 1_000)
            found = client.stacks(kind, start=now - 3_650 * 86_400_000, end=now + 60_000)
            difference = "" if found == stacks else f"{found - stacks} too much, {stacks - found} too little"
            self.note(f"{label}/stacks {kind}", difference[:400])

    @staticmethod
    def profiles(body):
        """Name, labels, id and bytes of each profile of a Push: what is sent twice is one profile."""
        for _, series in pprof.fields(body):
            pairs = [dict(pprof.fields(value)) for number, value in pprof.fields(series) if number == 1]
            labels = {pair[1].decode(): pair.get(2, b"").decode() for pair in pairs}
            for raw in [value for number, value in pprof.fields(series) if number == 2]:
                content = dict(pprof.fields(raw))
                yield labels["__name__"], tuple(sorted(labels.items())), content.get(2), content[1]


if __name__ == "__main__":
    unittest.main()
