# SPDX-License-Identifier: Apache-2.0
"""OTLP profiles made by OpenTelemetry's own classes for Python, sent by the stub they come with and by HTTP, and read back."""

import gzip
import json
import time
import unittest

import grpc
from hearthtest.process import Folder, hearth

try:
    from google.protobuf import json_format
    from opentelemetry.proto.collector.profiles.v1development import profiles_service_pb2 as service
    from opentelemetry.proto.collector.profiles.v1development import profiles_service_pb2_grpc as stubs
    from opentelemetry.proto.profiles.v1development import profiles_pb2 as profiles
except ImportError:
    profiles = None

CPU = "process_cpu:cpu:nanoseconds:cpu:nanoseconds"
OFF = "off_cpu:off_cpu:nanoseconds::"
PERIOD = 50_000_000
PATH = "/v1development/profiles"


class Export:
    """A request and its tables; texts and entries are numbered as they come."""

    def __init__(self, service_name, refers=False):
        self.request = service.ExportProfilesServiceRequest()
        self.tables = self.request.dictionary
        self.texts = {}
        for table in (self.tables.mapping_table, self.tables.location_table, self.tables.function_table,
                      self.tables.link_table, self.tables.attribute_table, self.tables.stack_table):
            table.add()
        self.text("")
        self.resource = self.request.resource_profiles.add()
        attribute = self.resource.resource.attributes.add()
        if refers:
            attribute.key_strindex = self.text("service.name")
            attribute.value.string_value_strindex = self.text(service_name)
        else:
            attribute.key, attribute.value.string_value = "service.name", service_name
        self.scope = self.resource.scope_profiles.add()
        self.scope.scope.name = "live test"

    def text(self, text):
        if text not in self.texts:
            self.texts[text] = len(self.tables.string_table)
            self.tables.string_table.append(text)
        return self.texts[text]

    def stack(self, *names):
        """Root first, as one reads it."""
        places = []
        for name in reversed(names):
            self.tables.function_table.add(name_strindex=self.text(name), filename_strindex=self.text("shop.py"))
            location = self.tables.location_table.add()
            location.lines.add(function_index=len(self.tables.function_table) - 1, line=7)
            places.append(len(self.tables.location_table) - 1)
        self.tables.stack_table.add(location_indices=places)
        return len(self.tables.stack_table) - 1

    def attribute(self, key, value):
        entry = self.tables.attribute_table.add(key_strindex=self.text(key))
        entry.value.string_value = value
        return len(self.tables.attribute_table) - 1

    def link(self, trace, span):
        self.tables.link_table.add(trace_id=bytes.fromhex(trace), span_id=bytes.fromhex(span))
        return len(self.tables.link_table) - 1

    def profile(self, kind, unit, period=None):
        profile = self.scope.profiles.add(time_unix_nano=time.time_ns(), duration_nano=10**10, profile_id=bytes(range(16)))
        profile.sample_type.type_strindex, profile.sample_type.unit_strindex = self.text(kind), self.text(unit)
        if period:
            profile.period = period
            profile.period_type.type_strindex = self.text("cpu")
            profile.period_type.unit_strindex = self.text("nanoseconds")
        return profile

    def all(self):
        """A CPU profile with values, times and links, and time off the CPU."""
        cpu = self.profile("samples", "count", PERIOD)
        cpu.samples.add(stack_index=self.stack("main", "work"), values=[7], attribute_indices=[self.attribute("thread.name", "w1")])
        cpu.samples.add(
            stack_index=self.stack("main", "idle"), timestamps_unix_nano=[time.time_ns() + index for index in range(3)],
            link_index=self.link("0102030405060708090a0b0c0d0e0f10", "0102030405060708"),
        )
        off = self.profile("off_cpu", "nanoseconds")
        off.samples.add(stack_index=self.stack("main", "read"), values=[11, 4])
        return self.request


STACKS = {
    CPU: {("main", "work"): 7 * PERIOD, ("main", "idle"): 3 * PERIOD},
    OFF: {("main", "read"): 15},
}


@unittest.skipIf(profiles is None, "opentelemetry-proto is not installed")
class OTLPLive(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = Folder()
        cls.server = hearth(cls.folder.path)
        cls.server.start()
        cls.channel = grpc.insecure_channel(f"127.0.0.1:{cls.server.port}")
        cls.stub = stubs.ProfilesServiceStub(cls.channel)

    @classmethod
    def tearDownClass(cls):
        cls.channel.close()
        cls.server.close()
        cls.folder.close()

    def arrived(self, name):
        client = self.server.client
        for kind, stacks in STACKS.items():
            self.assertEqual(dict(client.stacks(kind, f'{{service_name="{name}"}}')), stacks)
        self.assertEqual(
            dict(client.stacks(CPU, f'{{service_name="{name}","thread.name"="w1"}}')), {("main", "work"): 7 * PERIOD},
        )

    def test_grpc(self):
        for name, compression in (("grpc", None), ("grpc-gzip", grpc.Compression.Gzip)):
            with self.subTest(name):
                answer = self.stub.Export(Export(name).all(), timeout=20, compression=compression)
                self.assertEqual(answer, service.ExportProfilesServiceResponse())
                self.arrived(name)

    def test_references(self):
        self.assertEqual(self.stub.Export(Export("by-reference", refers=True).all(), timeout=20), service.ExportProfilesServiceResponse())
        self.arrived("by-reference")

    def test_http(self):
        for name, kind, body in (
            ("http", "application/x-protobuf", Export("http").all().SerializeToString()),
            ("http-json", "application/json", json_format.MessageToJson(Export("http-json").all()).encode()),
            ("http-json-names", "application/json", json_format.MessageToJson(
                Export("http-json-names", refers=True).all(), preserving_proto_field_name=True, always_print_fields_with_no_presence=True,
            ).encode()),
        ):
            for packed in (False, True):
                with self.subTest(f"{name}, gzip {packed}"):
                    headers = {"Content-Type": kind, **({"Content-Encoding": "gzip"} if packed else {})}
                    status, answer, _ = self.server.client.request("POST", PATH, gzip.compress(body) if packed else body, headers)
                    self.assertEqual((status, answer), (200, b""))
            # The second was the same export: it counts once.
            self.arrived(name)

    def test_partial_success(self):
        export = Export("partial")
        request = export.all()
        broken = export.profile("samples", "count", PERIOD)
        broken.samples.add(stack_index=99, values=[1])
        answer = self.stub.Export(request, timeout=20)
        self.assertEqual(answer.partial_success.rejected_profiles, 1)
        self.assertIn("invalid stack index: 99", answer.partial_success.error_message)
        self.arrived("partial")
        status, body, headers = self.server.client.request(
            "POST", PATH, json_format.MessageToJson(request).encode(), {"Content-Type": "application/json"},
        )
        self.assertEqual((status, headers["Content-Type"]), (200, "application/json"))
        told = json_format.Parse(body, service.ExportProfilesServiceResponse())
        self.assertEqual(told.partial_success.rejected_profiles, 1)
        self.assertEqual(json.loads(body)["partialSuccess"]["rejectedProfiles"], "1")

    def test_refusals(self):
        export = Export("refused")
        export.profile("samples", "count", PERIOD).samples.add(stack_index=99, values=[1])
        with self.assertRaises(grpc.RpcError) as caught:
            self.stub.Export(export.request, timeout=20)
        self.assertEqual(caught.exception.code(), grpc.StatusCode.INVALID_ARGUMENT)
        self.assertEqual(self.server.client.stacks(CPU, '{service_name="refused"}'), {})
        large = Export("large")
        large.request.dictionary.string_table.extend("x" * (1 << 20) for _ in range(33))
        with self.assertRaises(grpc.RpcError) as caught:
            self.stub.Export(large.all(), timeout=20)
        self.assertEqual(caught.exception.code(), grpc.StatusCode.RESOURCE_EXHAUSTED)


if __name__ == "__main__":
    unittest.main()
