# SPDX-License-Identifier: Apache-2.0
"""One hostile request at a time: what it is answered, and what it cost the server."""

import http.client
import os
import time
import zlib

from . import pprof, wire
from .watched import WatchedCase

PUSH = "/push.v1.PusherService/Push"
QUERY = "/querier.v1.QuerierService/"
FORM = "multipart/form-data; boundary=xyz"
LABELS = {"__name__": "process_cpu", "service_name": "hostile"}
CLIENT_CODES = {3, 5, 8, 9, 11, 12}
REFUSALS = (400, 413, 415, 422, 429, 431, 501)

# What one hostile request may cost: memory, of which a large body is a part, and CPU.
MIB_MAX = 32
BODY_SHARE_MAX = 4
CPU_MILLISECONDS_MAX = 250


def bomb(size: int) -> bytes:
    """`size` zeros as gzip, about a thousandth of that."""
    packer, out = zlib.compressobj(9, zlib.DEFLATED, 31), []
    zeros = bytes(1 << 20)
    for _ in range(size >> 20):
        out.append(packer.compress(zeros))
    return b"".join(out) + packer.flush()


class Attack(WatchedCase):
    growth_mib = 300
    flags = ["-distributor.ingestion-rate-limit-mb=10000", "-distributor.ingestion-burst-size-mb=10000"]

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client.push(LABELS, pprof.build([(("main", "work"), [5], {})], time_nanos=time.time_ns()))

    def cpu(self):
        """Milliseconds of CPU that the server has used."""
        with open(f"/proc/{self.watched.server.child.pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * 1_000 // os.sysconf("SC_CLK_TCK")

    def setUp(self):
        super().setUp()
        self.dear = []

    def tearDown(self):
        super().tearDown()
        self.assertFalse(self.dear, "\n" + "\n".join(self.dear[:20]))

    def refused(self, target, body, content_type, *, headers=None, statuses=REFUSALS, mib=MIB_MAX):
        """Sends one request, checks its status and notes when its price is too high; the answer's body."""
        self.watched.forget_peak()
        memory, cpu = self.watched.memory(), self.cpu()
        answer = self.sent(target, body, content_type, headers=headers, statuses=statuses)
        cpu, memory = self.cpu() - cpu, self.watched.memory("VmHWM") - memory
        if cpu > CPU_MILLISECONDS_MAX or memory > max(mib, BODY_SHARE_MAX * len(body) / (1 << 20)):
            what = f"{target[:60]}, {len(body)} bytes {body[:30]}: {answer[:120]}"
            self.dear.append(f"{cpu} ms of CPU, {memory:.1f} MiB: {what}")
        return answer

    def sent(self, target, body, content_type, *, headers=None, statuses=REFUSALS):
        """Sends one request among others, whose price cannot be told apart."""
        start = time.monotonic()
        headers = {"Content-Type": content_type, **(headers or {})}
        status, answer, _ = self.client.request("POST", target, body, headers)
        self.assertIn(status, statuses, answer[:300])
        self.assertLess(time.monotonic() - start, 10, "seconds for one request")
        return answer

    def chunked(self, target, body, content_type, *, headers=None, size=60_000):
        """The status of a request whose length nobody knows beforehand."""
        connection = http.client.HTTPConnection("127.0.0.1", self.watched.port, timeout=30)
        try:
            pieces = (body[at:at + size] for at in range(0, len(body), size))
            connection.request("POST", target, pieces, {"Content-Type": content_type, **(headers or {})}, encode_chunked=True)
            return connection.getresponse().status
        finally:
            connection.close()

    def grpc(self, path, body, content_type="application/grpc", *extra):
        """The status of a gRPC call made frame by frame; -1 when the stream was reset."""
        with wire.opened(self.watched.port) as connection:
            block = wire.request_block(path, "POST", ("content-type", content_type), ("te", "trailers"), *extra)
            connection.sendall(wire.frame(wire.HEADERS, wire.END_HEADERS, 1, block))
            pieces = [body[at:at + 16_384] for at in range(0, min(len(body), 60_000), 16_384)] or [b""]
            for index, piece in enumerate(pieces):
                last = wire.END_STREAM if index == len(pieces) - 1 else 0
                connection.sendall(wire.frame(wire.DATA, last, 1, piece))
            data = b""
            while piece := connection.recv(1 << 16):
                data += piece
                for kind, flags, stream, payload in wire.frames(data):
                    if stream == 1 and kind == wire.RST_STREAM:
                        return -1
                    if stream == 1 and flags & wire.END_STREAM:
                        return self.code(data)
        return -1

    @staticmethod
    def code(data):
        """`grpc-status` of the last header block, wherever HPACK put it."""
        import hpack

        decoder, found = hpack.Decoder(), None
        for kind, _, _, payload in wire.frames(data):
            if kind == wire.HEADERS:
                found = dict(decoder.decode(payload)).get("grpc-status", found)
        return int(found)
