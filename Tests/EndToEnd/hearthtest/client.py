# SPDX-License-Identifier: Apache-2.0
"""A client of the public API, with the standard library only."""

import http.client
import json
import time
import urllib.parse

from . import pprof


class Failure(Exception):
    """An answer that is not 200."""

    def __init__(self, status, body, headers):
        super().__init__(f"{status}: {body[:400]!r}")
        self.status, self.body, self.headers = status, body, headers

    @property
    def message(self):
        return json.loads(self.body).get("message", "")


class Client:
    """Requests to one server; every call opens a connection, so that a killed server never leaves a stale one."""

    def __init__(self, port: int, tenant: str | None = None, timeout: float = 30):
        self.port, self.tenant, self.timeout = port, tenant, timeout

    def request(self, method, target, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=self.timeout)
        try:
            sent = dict(headers or {})
            if self.tenant:
                sent["X-Scope-OrgID"] = self.tenant
            connection.request(method, target, body=body, headers=sent)
            answer = connection.getresponse()
            return answer.status, answer.read(), dict(answer.getheaders())
        finally:
            connection.close()

    def get(self, target):
        status, body, headers = self.request("GET", target)
        if status != 200:
            raise Failure(status, body, headers)
        return body

    def call(self, method, message, service="querier.v1.QuerierService"):
        status, body, headers = self.request(
            "POST", f"/{service}/{method}", json.dumps(message), {"Content-Type": "application/json"}
        )
        if status != 200:
            raise Failure(status, body, headers)
        return json.loads(body or b"{}")

    def push(self, labels: dict, profile: bytes, identity: str = ""):
        self.push_many([(labels, [(identity, profile)])])

    def push_many(self, series):
        status, body, headers = self.request(
            "POST", "/push.v1.PusherService/Push", pprof.push_request(series), {"Content-Type": "application/proto"}
        )
        if status != 200:
            raise Failure(status, body, headers)

    def ingest(self, name, profile: bytes, **query):
        query = urllib.parse.urlencode({"name": name, "format": "pprof", **query})
        status, body, headers = self.request("POST", f"/ingest?{query}", profile)
        if status != 200:
            raise Failure(status, body, headers)

    def flamegraph(self, profile_type, selector="{}", start=None, end=None, max_nodes=1_000_000):
        now = int(time.time() * 1000)
        answer = self.call("SelectMergeStacktraces", {
            "profileTypeID": profile_type, "labelSelector": selector, "maxNodes": max_nodes,
            "start": now - 3_600_000 if start is None else start, "end": now + 60_000 if end is None else end,
        })
        return answer.get("flamegraph", {})

    def stacks(self, profile_type, selector="{}", start=None, end=None):
        return pprof.stacks_of_flamegraph(self.flamegraph(profile_type, selector, start, end))

    def total(self, profile_type, selector="{}", start=None, end=None):
        return int(self.flamegraph(profile_type, selector, start, end).get("total", 0))

    def ready(self):
        try:
            return self.request("GET", "/ready")[0] == 200
        except OSError:
            return False
