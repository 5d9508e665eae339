# SPDX-License-Identifier: Apache-2.0
"""The traps of the read protocol that shipping clients fall into (spec/query 13), a named test for each."""

import gzip
import json
import socket
import time
import unittest

from hearthtest import pprof
from hearthtest.client import Client, Failure
from hearthtest.process import UNLIMITED, Folder, hearth

T0 = 1_795_521_600_000  # 2026-11-24T12:00:00Z, milliseconds
CPU = "process_cpu:cpu:nanoseconds:cpu:nanoseconds"
DEEP = 10_000
QUERIER = "/querier.v1.QuerierService/"


def profile(samples, at=T0):
    return pprof.build([(stack, [value], {}) for stack, value in samples], time_nanos=at * 1_000_000)


class Traps(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.addClassCleanup(cls.folder.close)
        cls.server = hearth(cls.folder.path, *UNLIMITED, "-validation.max-profile-stacktrace-depth=0")
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        cls.client = cls.server.client
        cls.push("shop", [(("a", "b", "e"), 1), (("a", "c"), 2), (("a", "c", "d"), 1)])
        cls.push("shop", [(("a", "b", "e"), 3)], at=T0 + 60_000, pod="two", **{"dotted.label": "x"})
        # U+00E9 and e with U+0301 are equal to Swift's String, and two functions.
        cls.push("bytes", [(("é",), 1), (("e\u0301",), 2), (("Z",), 3), (("a",), 4), (("other",), 5), (("total",), 6)])
        cls.push("deep", [(tuple(f"f{index}" for index in range(DEEP)), 7)])

    @classmethod
    def push(cls, service, samples, at=T0, **labels):
        cls.client.push({"__name__": "process_cpu", "service_name": service, **labels}, profile(samples, at))

    def call(self, method, **message):
        """The answer as it is in JSON."""
        return self.client.call(method, message)

    def query(self, service="shop", start=T0, end=T0 + 60_000, **more):
        return {"profileTypeID": CPU, "labelSelector": f'{{service_name="{service}"}}', "start": start, "end": end, **more}

    def graph(self, service="shop", **more):
        return self.call("SelectMergeStacktraces", **self.query(service, **more))["flamegraph"]

    def post(self, method, body, kind="application/json", **headers):
        return self.client.request("POST", QUERIER + method, body, {"Content-Type": kind, **headers})

    def refused(self, method, text, **message):
        status, body, headers = self.post(method, json.dumps(message))
        self.assertEqual(status, 400, body)
        error = json.loads(body)
        self.assertEqual(error["code"], "invalid_argument")
        self.assertIn(text, error["message"])

    def render(self, query):
        status, body, headers = self.client.request("GET", "/pyroscope/render?" + query)
        self.assertEqual(status, 200, body)
        return body, headers

    RENDER = f"query={CPU}%7Bservice_name%3D%22shop%22%7D&from={T0}&until={T0 + 60_000}"

    def test_01_int64_is_text_in_rpc_answers_and_a_number_in_render(self):
        graph = self.graph()
        self.assertEqual(graph["total"], "7")
        self.assertEqual(graph["levels"][0]["values"], ["0", "7", "0", "0"])
        empty = self.call("SelectMergeStacktraces", **self.query("nobody"))["flamegraph"]
        self.assertNotIn("total", empty)
        rendered = json.loads(self.render(self.RENDER)[0])
        self.assertEqual(rendered["flamebearer"]["numTicks"], 7)
        self.assertEqual(rendered["flamebearer"]["levels"][0], [0, 7, 0, 0])
        for key in ("groups", "heatmap"):
            self.assertIsNone(rendered[key], key)
        self.assertIsNone(rendered["timeline"]["watermarks"])

    def test_02_either_spelling_of_a_field_and_unknown_fields_and_enum_names(self):
        snake = {"profile_typeID": CPU, "label_selector": '{service_name="shop"}', "start": str(T0), "end": T0 + 60_000}
        unknown = {"format": "PROFILE_FORMAT_FROM_THE_FUTURE", "future": {"x": [1]}, "max_nodes": None}
        answer = self.call("SelectMergeStacktraces", **snake, **unknown)
        self.assertEqual(answer["flamegraph"]["total"], "7")

    def test_03_no_data_has_a_root_and_a_level(self):
        graph = self.call("SelectMergeStacktraces", **self.query("nobody"))["flamegraph"]
        self.assertEqual(graph, {"names": ["total"], "levels": [{"values": ["0", "0", "0", "0"]}]})

    def test_04_siblings_are_in_the_order_of_their_bytes(self):
        graph = self.graph("bytes")
        values, names = [int(one) for one in graph["levels"][1]["values"]], graph["names"]
        order = [names[index] for index in values[3::4]]
        # Self lies left, `other` is always last, and a function called total is the root's name.
        self.assertEqual(order, ["Z", "a", "e\u0301", "total", "é", "other"])
        self.assertEqual(values[1::4], [3, 4, 2, 6, 1, 5])
        self.assertEqual(names, ["total", "other", "é", "e\u0301", "a", "Z"])

    def test_05_a_name_that_is_no_utf8_is_refused_at_the_door_and_no_answer_has_one(self):
        raw = pprof.build([(("good", "b?d"), [1], {})], time_nanos=T0 * 1_000_000, compress=False)
        raw = raw.replace(b"b?d", b"b\xffd")
        with self.assertRaises(Failure) as caught:
            self.client.push({"__name__": "process_cpu", "service_name": "broken"}, raw)
        self.assertEqual(caught.exception.status, 400)
        self.assertIn("invalid utf8 string hex", str(caught.exception))
        self.assertEqual(self.graph("broken")["names"], ["total"])

    def test_06_stacks_of_ten_thousand_frames(self):
        graph = self.graph("deep", maxNodes=1_000_000)
        self.assertEqual(len(graph["levels"]), DEEP + 1)
        self.assertEqual(graph["levels"][DEEP]["values"][1:3], ["7", "7"])
        same = {"left": self.query("deep", maxNodes=1_000_000), "right": self.query("deep", maxNodes=1_000_000)}
        self.assertEqual(len(self.call("Diff", **same)["flamegraph"]["levels"]), DEEP + 1)

    def test_07_points_stand_at_the_end_of_their_step_and_begin_at_the_start(self):
        answer = self.call("SelectSeries", **self.query(start=T0, end=T0 + 60_000), step=60)
        points = [(point["timestamp"], point["value"]) for point in answer["series"][0]["points"]]
        self.assertEqual(points, [(str(T0), 4), (str(T0 + 60_000), 3)])
        # What lies behind the last full step is left out, and empty steps are.
        answer = self.call("SelectSeries", **self.query(start=T0 - 30_000, end=T0 + 60_000), step=60)
        points = [(point["timestamp"], point["value"]) for point in answer["series"][0]["points"]]
        self.assertEqual(points, [(str(T0 + 30_000), 4)])
        answer = self.call("SelectSeries", **self.query(), step=60, groupBy=["pod"])
        self.assertEqual([one.get("labels") for one in answer["series"]], [None, [{"name": "pod", "value": "two"}]])

    def test_08_both_ends_count_and_what_is_out_of_sight_is_empty(self):
        self.assertEqual(self.graph(start=T0, end=T0)["total"], "4")
        self.assertEqual(self.graph(start=T0 - 5, end=T0)["total"], "4")
        self.assertNotIn("total", self.graph(start=T0 + 1, end=T0 + 2))

    def test_09_a_missing_range_is_refused_but_for_profile_types(self):
        for method in ("LabelNames", "Series", "SelectMergeStacktraces", "SelectMergeProfile", "SelectSeries"):
            self.refused(method, "missing time range", profileTypeID=CPU, labelSelector="{}", step=15)
        self.assertEqual(self.post("ProfileTypes", "{}")[0], 200)
        self.refused("SelectMergeStacktraces", "parsing label selector", **{**self.query(), "labelSelector": ""})
        answer = self.call("SelectMergeStacktraces", **{**self.query(), "labelSelector": "{}"})
        self.assertNotEqual(answer["flamegraph"]["total"], "7")
        both = ['{service_name="shop"}', '{pod="two"}']
        names = self.call("LabelValues", name="service_name", matchers=both, start=T0, end=T0 + 60_000)["names"]
        self.assertEqual(names, ["shop"])
        contradiction = ['{service_name="bytes"}', '{pod="two"}']
        answer = self.call("LabelValues", name="service_name", matchers=contradiction, start=T0, end=T0 + 60_000)
        self.assertEqual(answer, {})

    def test_10_too_many_nodes_are_an_error_and_other_comes_on_top(self):
        self.refused("SelectMergeStacktraces", "is greater than allowed 1048576", **self.query(maxNodes=1_048_577))
        graph = self.graph(maxNodes=2)
        self.assertEqual(graph["total"], "7")
        self.assertIn("other", graph["names"])
        self.assertEqual(self.graph(maxNodes=0), self.graph())

    def test_11_delta_does_not_matter_and_parts_may_be_empty(self):
        self.assertEqual(self.graph(profileTypeID=CPU + ":delta")["total"], "7")
        nothing = self.call("SelectMergeStacktraces", **self.query(profileTypeID="memory:alloc_in_new_tlab_bytes:bytes::"))
        self.assertEqual(nothing["flamegraph"]["names"], ["total"])
        self.refused("SelectMergeStacktraces", "profile-type selection must be of the form", **self.query(profileTypeID="a:b"))

    def test_12_deprecated_methods_are_served(self):
        for method in ("SelectMergeProfile", "SelectMergeSpanProfile"):
            self.assertEqual(self.post(method, json.dumps(self.query()))[0], 200, method)

    def test_13_methods_media_types_and_compression(self):
        status, _, headers = self.client.request("GET", QUERIER + "Series")
        self.assertEqual((status, headers.get("Allow")), (405, "POST"))
        status, _, headers = self.post("Series", "x", "text/plain")
        self.assertEqual(status, 415)
        self.assertIn("application/proto", headers.get("Accept-Post"))
        body = gzip.compress(json.dumps(self.query()).encode())
        sent = {"Content-Encoding": "gzip", "Accept-Encoding": "gzip"}
        status, answer, headers = self.post("SelectMergeStacktraces", body, **sent)
        self.assertEqual((status, headers.get("Content-Encoding")), (200, "gzip"))
        self.assertEqual(json.loads(gzip.decompress(answer))["flamegraph"]["total"], "7")
        message = self.request_bytes()
        framed = b"\0" + len(message).to_bytes(4, "big") + message
        status, answer, _ = self.post("SelectMergeStacktraces", framed, "application/grpc-web+proto")
        self.assertEqual(status, 200)
        trailers = answer[5 + int.from_bytes(answer[1:5], "big"):]
        self.assertEqual(trailers[0], 0x80)
        self.assertIn(b"grpc-status: 0", trailers.lower().replace(b"status:0", b"status: 0"))

    def test_14_errors_are_json_whatever_was_sent(self):
        status, body, headers = self.post("SelectMergeStacktraces", b"", "application/proto")
        self.assertEqual((status, headers.get("Content-Type")), (400, "application/json"))
        self.assertEqual(json.loads(body)["code"], "invalid_argument")

    def test_15_names_outside_the_classic_letters_are_for_clients_that_ask(self):
        message = json.dumps({"start": T0, "end": T0 + 60_000})
        plain = json.loads(self.post("LabelNames", message)[1])["names"]
        self.assertNotIn("dotted.label", plain)
        accept = "*/*;allow-utf8-labelnames=true"
        self.assertIn("dotted.label", json.loads(self.post("LabelNames", message, Accept=accept)[1])["names"])

    def test_16_a_merged_pprof_says_what_it_is(self):
        status, body, headers = self.post("SelectMergeProfile", json.dumps(self.query()))
        self.assertEqual(status, 200)
        answer = json.loads(body)
        strings = answer["stringTable"]
        self.assertEqual(strings[0], "")
        self.assertEqual(strings[int(answer["defaultSampleType"])], "cpu")
        self.assertEqual(answer["timeNanos"], str((T0 + 60_000) * 1_000_000))
        self.assertEqual(answer["period"], "1000000000")
        self.assertNotIn("durationNanos", answer)
        proto = self.post("SelectMergeProfile", self.request_bytes(), "application/proto")[1]
        self.assertNotEqual(proto[:2], b"\x1f\x8b")
        merged = pprof.Profile(proto)
        self.assertEqual(dict(merged.stacks("cpu")), {("a", "b", "e"): 4, ("a", "c"): 2, ("a", "c", "d"): 1})

    @staticmethod
    def request_bytes():
        return (pprof.field(1, CPU) + pprof.field(2, '{service_name="shop"}') + pprof.field(3, T0)
                + pprof.field(4, T0 + 60_000))

    def test_17_a_diff_counts_its_root_and_names_total_twice(self):
        sides = {"left": self.query("bytes"), "right": self.query("bytes")}
        graph = self.call("Diff", **sides)["flamegraph"]
        self.assertEqual(graph["names"].count("total"), 2)
        values = [int(one) for one in graph["levels"][1]["values"]]
        order = [graph["names"][index] for index in values[6::7]]
        self.assertEqual(order, ["Z", "a", "e\u0301", "other", "total", "é"])
        self.assertEqual((graph["leftTicks"], graph["rightTicks"], graph["total"]), ("21", "21", "42"))

    def test_18_a_heat_map_has_twenty_buckets_with_whole_edges(self):
        answer = self.call("SelectHeatmap", **self.query(start=T0 - 1), step=60, queryType="HEATMAP_QUERY_TYPE_INDIVIDUAL")
        slots = answer["series"][0]["slots"]
        for slot in slots:
            self.assertEqual((len(slot["yMin"]), len(slot["counts"])), (20, 20))
            self.assertTrue(all(edge == int(edge) for edge in slot["yMin"]))
        self.assertEqual([sum(slot["counts"]) for slot in slots], [1, 1])
        one = self.call("SelectHeatmap", **self.query(start=T0 - 1, end=T0), step=60, queryType="HEATMAP_QUERY_TYPE_INDIVIDUAL")
        self.assertEqual(one["series"][0]["slots"][0]["counts"], [0] * 19 + [1])

    def test_19_times_that_people_write(self):
        now = int(time.time() * 1000)
        self.client.push({"__name__": "process_cpu", "service_name": "now"}, profile([(("x",), 5)], now - 3_600_000 * 13 // 4))
        query = f"query={CPU}%7Bservice_name%3D%22now%22%7D"
        for text, found in (("now-3h30m", 0), ("now-4h", 5), ("now-1d/d", 5), ("garbage", 0)):
            rendered = json.loads(self.render(f"{query}&from={text}&until=now")[0])
            self.assertEqual(rendered["flamebearer"]["numTicks"], found, text)

    def test_20_unknown_formats_of_render_are_json(self):
        for other in ("pprof", "collapsed", "nonsense"):
            self.assertEqual(json.loads(self.render(self.RENDER + f"&format={other}")[0])["version"], 1)

    def test_22_chunks_expect_and_sloppy_urls(self):
        body = json.dumps(self.query()).encode()
        head = (f"POST {QUERIER}SelectMergeStacktraces HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                "Connection: close\r\nExpect: 100-continue\r\nTransfer-Encoding: chunked\r\n\r\n").encode()
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=20) as link:
            link.sendall(head)
            self.assertTrue(link.recv(100).startswith(b"HTTP/1.1 100"))
            for part in (body[:10], body[10:]):
                link.sendall(f"{len(part):x}\r\n".encode() + part + b"\r\n")
            link.sendall(b"0\r\n\r\n")
            answer = b""
            while data := link.recv(65536):
                answer += data
        self.assertIn(b"200 OK", answer)
        self.assertIn(b'"7"', answer)

    def test_24_new_fields_of_tomorrow_are_no_error(self):
        extra = pprof.field(200, "tomorrow")
        status, body, _ = self.post("SelectMergeStacktraces", self.request_bytes() + extra, "application/proto")
        self.assertEqual(status, 200)
        self.assertIn(b"total", body)


class TenantProbe(unittest.TestCase):
    def test_21_a_missing_tenant_is_401_at_once(self):
        folder = Folder()
        self.addCleanup(folder.close)
        server = hearth(folder.path, "-auth.multitenancy-enabled=true")
        self.addCleanup(server.close)
        server.start()
        for headers in ({}, {"X-Scope-OrgID": ""}):
            sent = {"Content-Type": "application/json", **headers}
            status, body, answered = Client(server.port).request("POST", QUERIER + "LabelNames", "{}", sent)
            self.assertEqual(status, 401)
            self.assertEqual(json.loads(body), {"code": "unauthenticated", "message": "no org id"})


if __name__ == "__main__":
    unittest.main()
