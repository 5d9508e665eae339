# SPDX-License-Identifier: Apache-2.0
"""The probes of profilecli's canary: a made-up profile is written in three ways and read back at once in every way.

Times are those of now, and each round reads [its time, that + 5 s], so that the profile lies exactly on the start.
"""

import json
import time
import unittest
import urllib.parse

from hearthtest import pprof
from hearthtest.client import Failure
from hearthtest.process import Folder, hearth

try:
    from google.protobuf import json_format
    from opentelemetry.proto.collector.profiles.v1development import profiles_service_pb2 as service
except ImportError:
    service = None

SERVICE = "pyroscope-canary-exporter"
MADE_UP = "deadmans_switch:made_up:profilos:made_up:profilos"
OTLP = "otlp_test:otlp_test:count:otlp_test:samples"
SPAN = "00000bac2a5ab0c7"
HOST = "canary.example"
SELECTOR = f'{{service_name="{SERVICE}", job="canary-exporter", instance="{HOST}"}}'


def made_up(nanoseconds):
    """Leaf first: func1, func2 = 10 and func1 = 20; the latter in a span, as older clients label it."""
    return pprof.build(
        [(("func2", "func1"), (10,), {}), (("func1",), (20,), {"profile_id": SPAN})],
        types=(("made_up", "profilos"),), period=("made_up", "profilos", 1), time_nanos=nanoseconds,
    )


def otlp(nanoseconds, method):
    """Two stacks, 10 and 20; locations do not say their mapping, and the one at index 0 is a frame like any other."""
    request = service.ExportProfilesServiceRequest()
    tables, texts = request.dictionary, {}

    def text(value):
        if value not in texts:
            texts[value] = len(texts)
            tables.string_table.append(value)
        return texts[value]

    text("")
    tables.mapping_table.add()
    tables.link_table.add()
    tables.attribute_table.add()
    for name in ("func1", "func2"):
        tables.function_table.add(name_strindex=text(name))
        tables.location_table.add().lines.add(function_index=len(tables.function_table) - 1)
    tables.stack_table.add(location_indices=[1, 0])
    tables.stack_table.add(location_indices=[0])
    resource = request.resource_profiles.add()
    for key, value in (("service.name", SERVICE), ("job", "canary-exporter"), ("instance", HOST), ("ingestion_method", method)):
        attribute = resource.resource.attributes.add(key=key)
        attribute.value.string_value = value
    profile = resource.scope_profiles.add().profiles.add(time_unix_nano=nanoseconds, period=1)
    profile.sample_type.type_strindex, profile.sample_type.unit_strindex = text("otlp_test"), text("count")
    profile.period_type.type_strindex, profile.period_type.unit_strindex = text("otlp_test"), text("samples")
    profile.samples.add(stack_index=0, values=[10])
    profile.samples.add(stack_index=1, values=[20])
    return request


class Canary(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.addClassCleanup(cls.folder.close)
        cls.server = hearth(cls.folder.path)
        cls.addClassCleanup(cls.server.close)
        cls.server.start()
        cls.client = cls.server.client
        # An older round, which must stay outside.
        cls.write((time.time_ns() // 1_000_000 - 15_000) * 1_000_000)
        cls.now = time.time_ns() // 1_000_000
        cls.write(cls.now * 1_000_000)

    @classmethod
    def write(cls, nanoseconds):
        labels = {"__name__": "deadmans_switch", "service_name": SERVICE, "job": "canary-exporter", "instance": HOST}
        cls.client.push(labels, made_up(nanoseconds))
        if service is None:
            return
        for kind, body in (
            ("application/json", json_format.MessageToJson(otlp(nanoseconds, "json")).encode()),
            ("application/x-protobuf", otlp(nanoseconds, "protobuf").SerializeToString()),
        ):
            status, answer, _ = cls.client.request("POST", "/v1development/profiles", body, {"Content-Type": kind})
            if status != 200:
                raise AssertionError(f"{kind}: {status} {answer}")

    def ask(self, method, **fields):
        return self.client.call(method, {"start": self.now, "end": self.now + 5_000, **fields})

    def query(self, method, kind=MADE_UP, **fields):
        return self.ask(method, profileTypeID=kind, labelSelector=SELECTOR, **fields)

    def served(self, ask):
        """What `ask` gives; a part of the protocol that this version does not serve says so by 404 or 501."""
        try:
            return ask()
        except Failure as failure:
            if failure.status in (404, 501):
                self.skipTest(f"not served: {failure}")
            raise

    def merged(self, kind):
        """Leaf first, as google/pprof shows it."""
        profile = self.query("SelectMergeProfile", kind)
        texts = profile["stringTable"]
        names = {one["id"]: texts[int(one["name"])] for one in profile["function"]}
        places = {one["id"]: [names[line["functionId"]] for line in one["line"]] for one in profile["location"]}
        sums = {}
        for sample in profile["sample"]:
            stack = ">".join(name for place in sample["locationId"] for name in places[place])
            sums[stack] = sums.get(stack, 0) + int(sample["value"][0])
        return sums

    def assert_shape(self, graph, names, levels):
        self.assertEqual((len(graph["names"]), len(graph["levels"])), (names, levels), graph)

    @unittest.skipIf(service is None, "opentelemetry-proto is not installed")
    def test_both_otlp_uploads_are_merged(self):
        graph = self.query("SelectMergeStacktraces", OTLP)["flamegraph"]
        self.assertEqual(dict(pprof.stacks_of_flamegraph(graph)), {("func1", "func2"): 20, ("func1",): 40})

    def test_profile_types(self):
        self.assertIn(MADE_UP, [one["ID"] for one in self.ask("ProfileTypes")["profileTypes"]])

    def test_series(self):
        sets = self.ask("Series", labelNames=["service_name", "__profile_type__"])["labelsSet"]
        pairs = [{label["name"]: label["value"] for label in one["labels"]} for one in sets]
        self.assertIn({"service_name": SERVICE, "__profile_type__": MADE_UP}, pairs)
        self.assertTrue(all("service_name" in one for one in pairs), pairs)

    def test_label_names(self):
        names = self.ask("LabelNames", matchers=[f'{{service_name="{SERVICE}"}}'])["names"]
        self.assertLessEqual({
            "__name__", "__period_type__", "__period_unit__", "__profile_type__", "__service_name__", "__type__", "__unit__",
            "service_name",
        }, set(names))

    def test_label_values(self):
        values = self.ask("LabelValues", name="service_name", matchers=[f'{{service_name="{SERVICE}"}}'])["names"]
        self.assertEqual(values, [SERVICE])

    def test_select_series(self):
        series = self.query("SelectSeries", step=1_000, groupBy=["service_name"])["series"]
        self.assertEqual([one["labels"] for one in series], [[{"name": "service_name", "value": SERVICE}]])
        # The only bucket takes what lies on the start, and what lies up to a step before it.
        self.assertEqual([point["value"] for point in series[0]["points"]], [60])

    def test_stacktraces(self):
        graph = self.query("SelectMergeStacktraces")["flamegraph"]
        self.assert_shape(graph, 3, 3)
        self.assertEqual(dict(pprof.stacks_of_flamegraph(graph)), {("func2", "func1"): 10, ("func1",): 20})

    def test_profile_stats(self):
        stats = self.ask("GetProfileStats")
        self.assertIs(stats["dataIngested"], True)
        self.assertEqual(int(stats["newestProfileTime"]), self.now)
        self.assertEqual(int(stats["newestProfileTime"]) - int(stats["oldestProfileTime"]) >= 15_000, True)

    def test_render(self):
        target = f"/pyroscope/render?query={MADE_UP}{SELECTOR}&from={self.now}&until={self.now + 5_000}"
        answer = json.loads(self.client.get(target.replace(" ", "%20").replace('"', "%22")))
        self.assert_shape(answer["flamebearer"], 3, 3)

    def test_merge_profile(self):
        self.assertEqual(self.merged(MADE_UP), {"func1>func2": 10, "func1": 20})

    @unittest.skipIf(service is None, "opentelemetry-proto is not installed")
    def test_merge_otlp_profile(self):
        self.assertEqual(self.merged(OTLP), {"func2>func1": 20, "func1": 40})

    def test_span_profile(self):
        answer = self.query("SelectMergeSpanProfile", spanSelector=[SPAN])
        self.assert_shape(answer["flamegraph"], 2, 2)

    def test_render_diff(self):
        sides = {f"{side}{name}": value for side in ("left", "right") for name, value in (
            ("Query", MADE_UP + SELECTOR), ("From", self.now), ("Until", self.now + 5_000))}
        answer = self.client.get(f"/pyroscope/render-diff?{urllib.parse.urlencode(sides)}")
        self.assert_shape(json.loads(answer)["flamebearer"], 3, 3)

    def test_exemplars(self):
        series = self.query("SelectSeries", step=5, exemplarType="EXEMPLAR_TYPE_INDIVIDUAL")["series"]
        self.assertEqual(len(series), 1)
        self.assertEqual(len(series[0]["points"]), 1)
        exemplars = series[0]["points"][0]["exemplars"]
        self.assertEqual([int(one["value"]) for one in exemplars], [30], "the whole profile")
        self.assertRegex(exemplars[0]["profileId"], r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
        graph = self.served(lambda: self.query("SelectMergeStacktraces", profileIdSelector=[exemplars[0]["profileId"]]))
        self.assert_shape(graph["flamegraph"], 3, 3)

    def test_span_exemplars(self):
        points = self.query("SelectSeries", step=5, exemplarType="EXEMPLAR_TYPE_SPAN")["series"][0]["points"]
        self.assertEqual([(one["spanId"], int(one["value"])) for one in points[0]["exemplars"]], [(SPAN, 20)])


if __name__ == "__main__":
    unittest.main()
