# SPDX-License-Identifier: Apache-2.0
"""The real gRPC library of Python as a client: pushes, queries, errors, compression, deadlines."""

import time
import unittest
from concurrent import futures

import grpc
from hearthtest import pprof
from hearthtest.watched import Watched

PUSH = "/push.v1.PusherService/Push"
MERGE = "/querier.v1.QuerierService/SelectMergeStacktraces"
CPU = "process_cpu:cpu:nanoseconds:cpu:nanoseconds"


class GRPC(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.watched = Watched()
        cls.channel = grpc.insecure_channel(f"127.0.0.1:{cls.watched.port}", [
            ("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1),
        ])

    @classmethod
    def tearDownClass(cls):
        cls.channel.close()
        cls.watched.close()

    def tearDown(self):
        self.watched.check(self)

    def call(self, path, message, **more):
        """Messages as bytes: the library frames them, nothing else."""
        return self.channel.unary_unary(path)(message, timeout=more.pop("timeout", 20), **more)

    def failure(self, path, message, **more):
        with self.assertRaises(grpc.RpcError) as caught:
            self.call(path, message, **more)
        return caught.exception

    def push(self, service, stack=("main", "work"), value=7, **more):
        profile = pprof.build([(stack, [value], {})], time_nanos=time.time_ns())
        labels = {"__name__": "process_cpu", "service_name": service}
        return self.call(PUSH, pprof.push_request([(labels, [("", profile)])]), **more)

    def merged(self, service, **more):
        """Names and total of the service's flame graph."""
        now = int(time.time() * 1000)
        request = (pprof.field(1, CPU) + pprof.field(2, f'{{service_name="{service}"}}')
                   + pprof.field(3, now - 600_000) + pprof.field(4, now + 60_000))
        graph = dict(pprof.fields(self.call(MERGE, request, **more)))[1]
        names = [value.decode() for number, value in pprof.fields(graph) if number == 1]
        return names, dict(pprof.fields(graph)).get(3, 0)

    def test_push_then_query(self):
        self.assertEqual(self.push("plain"), b"")
        self.assertEqual(self.merged("plain"), (["total", "main", "work"], 7))

    def test_compressed_both_ways(self):
        self.assertEqual(self.push("packed", compression=grpc.Compression.Gzip), b"")
        self.assertEqual(self.merged("packed", compression=grpc.Compression.Gzip), (["total", "main", "work"], 7))

    def test_many_calls_at_once_over_one_connection(self):
        with futures.ThreadPoolExecutor(32) as pool:
            answers = list(pool.map(lambda index: self.push("many", ("main", f"f{index % 10}"), 1), range(400)))
        self.assertEqual(answers, [b""] * 400)
        self.assertEqual(self.merged("many")[1], 400)

    def test_a_message_of_ten_megabytes(self):
        stacks = [(("main", f"function_{index}_" + "x" * 150), [1], {}) for index in range(40_000)]
        profile = pprof.build(stacks, time_nanos=time.time_ns(), compress=False)
        self.assertGreater(len(profile), 8 << 20)
        request = pprof.push_request([({"__name__": "process_cpu", "service_name": "large"}, [("", profile)])])
        self.assertEqual(self.call(PUSH, request), b"")
        self.assertEqual(self.merged("large")[1], 40_000)

    def test_errors_have_codes_and_texts(self):
        for message, code, text in (
            (b"\xff", "INVALID_ARGUMENT", "unmarshal message"), (b"", "INVALID_ARGUMENT", "no profiles received"),
            (pprof.push_request([({"a b": "c"}, [("", pprof.build([(("main",), [1], {})]))])]), "INVALID_ARGUMENT", "label"),
        ):
            error = self.failure(PUSH, message)
            self.assertEqual(error.code().name, code, error.details())
            self.assertIn(text, error.details())
        self.assertEqual(self.failure(MERGE, b"").code().name, "INVALID_ARGUMENT")
        self.assertEqual(self.failure("/querier.v1.QuerierService/Nothing", b"").code().name, "UNIMPLEMENTED")
        self.assertEqual(self.failure(PUSH, b"", compression=grpc.Compression.Deflate).code().name, "UNIMPLEMENTED")
        huge = self.failure(PUSH, bytes(40 << 20))
        self.assertEqual(huge.code().name, "RESOURCE_EXHAUSTED", huge.details())

    def test_a_deadline_that_has_passed(self):
        self.assertEqual(self.failure(MERGE, b"", timeout=1e-9).code().name, "DEADLINE_EXCEEDED")

    def test_calls_that_are_cancelled(self):
        request = pprof.push_request([({"__name__": "process_cpu"}, [("", pprof.build([(("main",), [1], {})] ))])])
        for _ in range(200):
            self.channel.unary_unary(PUSH).future(request).cancel()
        self.assertEqual(self.push("after"), b"")


if __name__ == "__main__":
    unittest.main()
