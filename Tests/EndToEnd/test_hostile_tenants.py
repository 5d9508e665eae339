# SPDX-License-Identifier: Apache-2.0
"""Tenants that want what is not theirs, and texts that want to be commands, at every endpoint that writes."""

import gzip
import json
import os
import re
import time
import unittest
import urllib.parse

from hearthtest import pprof, wire
from hearthtest.attack import FORM, LABELS, PUSH, QUERY, Attack
from hearthtest.client import Client
from hearthtest.wire import form

CPU = "process_cpu:cpu:nanoseconds:cpu:nanoseconds"
JSON = "application/json"
WRONG_IDS = [
    "../x", "..", ".", "a/b", "a\\b", "%2e%2e", "a b", "a,b", "x" * 151, "é", "a|b", "a||b", "|", "a|", "|a", "\u2024\u2024", "a;b", "{a}",
    "\"a\"", "<a>", "a@b", "a=b", "#", "?", "~", "$(id)", "`id`", "__a", "a\tb",
]
RIGHT_IDS = ["a", "A-z_0.9", "!*'()", "...", "x" * 150, "a|a", "a:sent=by"]
INJECTIONS = [
    "'; DROP TABLE blocks; --", "' OR '1'='1", "\" OR \"\"=\"", "%' OR 1=1 --", "_%", "\\'; SELECT 1; --", "1; DELETE FROM symbols", "$$; ROLLBACK; $$",
    "'||(SELECT 1)||'", "\x27\x20UNION\x20SELECT\x20NULL--", "a\\", "x'01'", "${jndi:ldap://x}", "{{7*7}}", "<script>alert(1)</script>", "=1+1", "\x1b[31mred",
    "level=error msg=forged", "\r\nlevel=error msg=\"forged line\"", "a\nlevel=error", "\u202eevil", "%n%s%d", "../../etc/passwd",
]


def profile(name="main"):
    return pprof.build([((name, "work"), [5], {})], time_nanos=time.time_ns())


class Tenants(Attack):
    flags = [*Attack.flags, "-auth.multitenancy-enabled=true", "-log.level=debug"]

    @classmethod
    def setUpClass(cls):
        super(Attack, cls).setUpClass()
        cls.root = cls.watched.folder.path
        cls.mine = Client(cls.watched.port, "mine")
        cls.mine.push(LABELS, profile())

    def writes(self):
        """Target, body and content type of a good request to each endpoint that takes profiles."""
        raw = profile()
        return [
            (PUSH, pprof.push_request([(LABELS, [("", raw)])]), "application/proto"),
            ("/ingest?name=a&format=pprof", raw, "application/octet-stream"),
            ("/pyroscope/ingest?name=a", form(("profile", raw)), FORM),
            ("/ingest?name=a", b"a;b 1\n", "text/plain"),
            ("/ingest?name=a&format=lines", b"a;b\n", "text/plain"),
            ("/ingest?name=a&format=jfr", b"", "text/plain"),
        ]

    def test_ids_that_are_none_get_nowhere(self):
        for target, body, kind in self.writes():
            for identity in [*WRONG_IDS, "", None]:
                headers = {} if identity is None else {"X-Scope-OrgID": identity.encode("utf-8").decode("latin-1")}
                answer = self.refused(target, body, kind, headers=headers, statuses=(400, 401, 403))
                self.assertLess(len(answer), 500)
        for identity in WRONG_IDS:
            headers = {"X-Scope-OrgID": identity.encode("utf-8").decode("latin-1")}
            for rpc in ("Series", "LabelNames", "SelectMergeStacktraces"):
                self.refused(QUERY + rpc, self.question(), JSON, headers=headers, statuses=(400, 401, 403))
        for identity in RIGHT_IDS:
            self.refused(*self.writes()[0], headers={"X-Scope-OrgID": identity}, statuses=(200,))
        self.stays_inside()

    def stays_inside(self):
        """Whatever tenants are called, every file is where it belongs and nothing of a name leaves the folder."""
        for folder, folders, files in os.walk(self.root):
            for name in [*folders, *files]:
                self.assertFalse(os.path.islink(os.path.join(folder, name)), name)
        self.assertEqual({one.name for one in self.root.iterdir() if one.is_dir()}, {"data"})

    def question(self, kind=CPU, selector="{}"):
        now = int(time.time() * 1_000)
        return json.dumps({
            "profileTypeID": kind, "labelSelector": selector, "start": now - 3_600_000, "end": now + 60_000, "maxNodes": "100000",
        }).encode()

    def test_the_header_sent_twice(self):
        body = self.writes()[0][1]
        for first, second in (("mine", "other"), ("mine", "mine"), ("", "mine")):
            head = (f"POST {PUSH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/proto\r\nX-Scope-OrgID: {first}\r\n"
                    f"x-scope-orgid: {second}\r\nContent-Length: {len(body)}\r\n\r\n")
            answer = wire.exchange(self.watched.port, head.encode() + body, hangs_up=False, timeout=2)
            self.assertEqual(wire.status(answer), 400, answer[:300])
        block = [("content-type", "application/grpc"), ("te", "trailers"), ("x-scope-orgid", "a/b")]
        self.assertIn(self.grpc(PUSH, wire.grpc_message(body), *[block[0][1]], *block[2:]), (3, 16))
        self.assertEqual(self.grpc(PUSH, wire.grpc_message(body), "application/grpc"), 16)

    def test_no_answer_holds_what_another_tenant_wrote(self):
        canaries = {f"t{i}": f"canary{i}secret" for i in range(5)}
        for tenant, canary in canaries.items():
            client = Client(self.watched.port, tenant)
            client.push({**LABELS, "owner": canary}, profile(canary))
            client.ingest(f"app-{canary}", profile(canary))
            status, _, _ = client.request("POST", f"/ingest?name=folded-{canary}", f"{canary};work 3\n".encode())
            self.assertEqual(status, 200)
        for tenant, own in canaries.items():
            client = Client(self.watched.port, tenant)
            answers = b"".join(
                client.request("POST", QUERY + rpc, self.question(selector=selector), {"Content-Type": JSON})[1]
                for rpc in ("ProfileTypes", "LabelNames", "Series", "SelectMergeStacktraces", "SelectSeries")
                for selector in ("{}", '{owner=~".*"}', '{service_name=~".+"}')
            )
            for label in ("owner", "service_name"):
                answers += json.dumps(client.call("LabelValues", {"name": label, **json.loads(self.question())})).encode()
            query = urllib.parse.quote(CPU + "{}")
            answers += client.get(f"/pyroscope/render?query={query}&from=now-1h&until=now&format=json")
            self.assertIn(own.encode(), answers)
            for other in set(canaries.values()) - {own}:
                self.assertNotIn(other.encode(), answers, (tenant, other))

    def test_the_same_bytes_of_two_tenants_are_two_profiles(self):
        raw = profile("both")
        for tenant in ("left", "right"):
            Client(self.watched.port, tenant).push({**LABELS, "service_name": "both"}, raw)
        found = [Client(self.watched.port, tenant).stacks(CPU, '{service_name="both"}') for tenant in ("left", "right")]
        self.assertEqual(found, [{("both", "work"): 5}] * 2)

    def test_texts_stay_texts(self):
        client, stored = Client(self.watched.port, "texts"), []
        for number, text in enumerate(INJECTIONS):
            name = f"n{number}"
            client.push({**LABELS, "service_name": name, "text": text}, pprof.build(
                [((text, "work"), [7], {"sample": text})], time_nanos=time.time_ns()))
            target = "/ingest?" + urllib.parse.urlencode({"name": f"app{{k={text}}}", "spyName": text, "from": text, "units": text})
            status, answer, _ = client.request("POST", target, f"{text};work 3\n".encode())
            self.assertIn(status, (200, 400), answer)
            stored.append((name, text))
            self.refused(*self.writes()[0], headers={"X-Scope-OrgID": text.encode().decode("latin-1").replace("\r", "").replace("\n", "")},
                         statuses=(200, 400, 401, 403))
        for name, text in stored:
            self.assertEqual(client.stacks(CPU, f'{{service_name="{name}"}}'), {(text, "work"): 7}, text)
            quoted = json.dumps(text)
            self.assertIn((text, "work"), client.stacks(CPU, f"{{text={quoted}}}"), text)
        values = client.call("LabelValues", {"name": "text", **json.loads(self.question())})["names"]
        self.assertEqual(set(values), set(INJECTIONS))
        self.assertEqual(Client(self.watched.port, "nobody").call("Series", json.loads(self.question())), {})

    def test_no_line_of_the_log_is_the_clients(self):
        for text in INJECTIONS:
            self.client.request("POST", "/ingest?" + urllib.parse.urlencode({"name": text}), b"x")
            self.mine.request("POST", "/ingest?" + urllib.parse.urlencode({"name": "a", "format": text}), b"\xff")
            self.mine.request("POST", PUSH, pprof.push_request([({"__name__": text, "service_name": text, text: text}, [("", b"x")])]),
                              {"Content-Type": "application/proto", "User-Agent": re.sub(r"[\r\n]", " ", text).encode().decode("latin-1")})
            # Refused for its long label, with all labels in the reason.
            long = {**LABELS, "a": text, "z": "z" * 5_000}
            self.mine.request("POST", PUSH, pprof.push_request([(long, [("", profile())])]), {"Content-Type": "application/proto"})
        log = self.watched.server.log.read_bytes().decode("utf-8", "strict")
        # What was refused is in the log, and so is what it was called.
        self.assertIn("profile refused", log)
        self.assertIn("DROP TABLE", log)
        for line in log.rstrip("\n").split("\n"):
            self.assertRegex(line, r"^(ts=\S+ level=(debug|info|warn) |\{)", line[:300])
            self.assertIsNone(re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202e]", line), line[:300])
            self.assertLess(len(line), 4_000)

    def test_no_series_of_the_metrics_is_the_clients(self):
        before = self.client.get("/metrics").count(b"\n")
        kind = {"Content-Type": "application/proto"}
        for number in range(1_000):
            self.client.request("POST", PUSH, b"\xff", {"X-Scope-OrgID": f"random-{number}", **kind})
        for number, text in enumerate([*INJECTIONS, *(f"name{one}" for one in range(500))]):
            labels = {"__name__": text, "service_name": "a", "otel.scope.name": text, "otel.scope.version": text}
            self.mine.request("POST", PUSH, pprof.push_request([(labels, [("", b"x")])]), kind)
            self.client.request("GET", f"/random/{number}")
            self.client.request("POST", f"/ingest?name=a&format=random{number}&spyName=random{number}", b"", {"X-Scope-OrgID": "mine"})
        text = self.client.get("/metrics").decode()
        self.assertLess(text.count("\n") - before, 2_000)
        # The first names are let through, up to a limit.
        for word in ("random-500", "name400", "random400", "/random/"):
            self.assertNotIn(word, text)
        self.assertIsNone(re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e]", text))
        for line in text.strip("\n").split("\n"):
            self.assertRegex(line, r'^(# |[a-zA-Z_:][a-zA-Z0-9_:]*(\{.*\})? \S+( \S+)?$)', line[:300])

    def test_a_page_that_runs_nothing(self):
        status, body, headers = self.client.request("GET", "/")
        self.assertEqual(status, 200)
        policy = headers.get("Content-Security-Policy", "")
        self.assertIn("default-src", policy)
        self.assertNotIn("unsafe-eval", policy)
        self.assertEqual(headers.get("X-Content-Type-Options"), "nosniff")
        for target in ("/ingest?name=%3Cscript%3E", "/pyroscope/render?query=%3Cscript%3E", "/%3Cscript%3E"):
            for method in ("GET", "POST"):
                _, answer, headers = self.mine.request(method, target, b"x" if method == "POST" else None)
                kind = headers.get("Content-Type", "")
                self.assertNotIn("html", kind, target)
                self.assertTrue(b"<script" not in answer or kind.startswith((JSON, "text/plain")), (target, answer))


if __name__ == "__main__":
    unittest.main()
