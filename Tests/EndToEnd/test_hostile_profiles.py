# SPDX-License-Identifier: Apache-2.0
"""Hostile profiles row by row (counts, indices, references, texts, depth, values), in every form that takes them."""

import gzip
import itertools
import json
import random
import time
import unittest

from hearthtest import pprof
from hearthtest.attack import FORM, LABELS, PUSH, QUERY, Attack
from hearthtest.pprof import field, varint
from hearthtest.process import ROOT
from hearthtest.wire import form

CPU = "process_cpu:cpu:nanoseconds:cpu:nanoseconds"
TAKEN = (200, 400, 413, 422)
FIRM = (400, 413, 422)
EDGES = [1 << 31, (1 << 32) - 1, 1 << 32, (1 << 63) - 1, 1 << 63, (1 << 64) - 2, (1 << 64) - 1]
BINARY = "application/octet-stream"


def small(**change) -> bytes:
    """A profile of one sample, written by hand; `change` replaces fields by name."""
    strings = ["", "cpu", "nanoseconds", "main", "main.x", "key", "value", "/app"]
    at = {
        "type": 1, "unit": 2, "location": 1, "value": 7, "key": 5, "text": 6, "mapping": 1, "file": 7, "build": 0,
        "line": 1, "name": 3, "system": 3, "source": 4, "period_type": 1, "period": 10_000_000, "comment": 5,
        "default": 1, "drop": 0, "time": time.time_ns(), "duration": 10**9, "label": None, **change,
    }
    label = at["label"] or field(1, at["key"]) + field(2, at["text"])
    out = field(1, field(1, at["type"]) + field(2, at["unit"]))
    out += field(2, field(1, varint(at["location"])) + field(2, varint(at["value"])) + field(3, label))
    out += field(3, field(1, 1) + field(5, at["file"]) + field(6, at["build"]))
    out += field(4, field(1, 1) + field(2, at["mapping"]) + field(4, field(1, at["line"])))
    out += field(5, field(1, 1) + field(2, at["name"]) + field(3, at["system"]) + field(4, at["source"]))
    out += b"".join(field(6, one) for one in strings)
    out += field(7, at["drop"]) + field(9, at["time"]) + field(10, at["duration"])
    out += field(11, field(1, at["period_type"]) + field(2, 2)) + field(12, at["period"])
    return out + field(13, varint(at["comment"])) + field(14, at["default"])


class Profiles(Attack):
    def everywhere(self, profile, statuses=TAKEN, labels=None):
        """The profile by Push, as a body and in a form, plain and gzip."""
        for raw in (profile, gzip.compress(profile, 1)):
            self.refused(PUSH, pprof.push_request([(labels or LABELS, [("", raw)])]), "application/proto", statuses=statuses)
            self.refused("/ingest?name=hostile&format=pprof", raw, BINARY, statuses=statuses)
            self.refused("/ingest?name=hostile", form(("profile", raw)), FORM, statuses=statuses)

    def folded(self, kind, body, statuses=TAKEN):
        return self.refused(f"/ingest?name=hostile&format={kind}", body, BINARY, statuses=statuses)

    def answers(self):
        """What is stored can be asked for."""
        now = int(time.time() * 1_000)
        for rpc in ("SelectMergeStacktraces", "SelectSeries", "Series", "LabelNames", "ProfileTypes"):
            message = {"start": now - 3_600_000, "end": now + 60_000}
            if rpc.startswith("Select"):
                message |= {"profileTypeID": CPU, "labelSelector": "{}", "step": 15}
            body = json.dumps(message).encode()
            json.loads(self.refused(QUERY + rpc, body, "application/json", statuses=(200,), mib=64))

    def test_floods_of_empty_records(self):
        for number in (1, 2, 3, 4, 5, 6, 8, 13, 15, 1_000):
            tag = varint(number << 3 | 2)
            self.everywhere(small() + (tag + b"\0") * (7_000_000 // (len(tag) + 1)))
        for inside in (field(3, b""), field(1, varint(1) * 100), field(2, varint(1) * 100), varint(1 << 3) + b"\1"):
            self.everywhere(small() + field(2, inside * (4_000_000 // len(inside))))
        for number, inside in ((4, field(4, b"")), (4, varint(4 << 3) + b"\1"), (5, varint(2 << 3) + b"\3"), (3, b"\x38\1")):
            self.everywhere(small() + field(number, field(1, 2) + inside * (4_000_000 // len(inside))))

    def test_floods_of_samples_and_strings(self):
        sample = field(2, field(1, varint(1)) + field(2, varint(1)))
        self.everywhere(small() + sample * 70_000, FIRM)
        self.everywhere(small() + b"".join(field(6, f"s{i}") for i in range(400_000)))
        each = b"".join(field(2, field(1, varint(1)) + field(2, varint(1)) + field(3, field(1, 5) + field(2, 6)) * 90) for _ in range(9_000))
        self.everywhere(small() + each)

    def test_indices_at_every_border(self):
        names = ("type", "unit", "key", "text", "file", "build", "name", "system", "source", "period_type", "comment", "default", "drop")
        for name, value in itertools.product(names, [8, *EDGES]):
            profile = small(**{name: value})
            self.refused(PUSH, pprof.push_request([(LABELS, [("", profile)])]), "application/proto", statuses=TAKEN)
            self.refused("/ingest?name=hostile", form(("profile", gzip.compress(profile))), FORM, statuses=TAKEN)
        for name, value in itertools.product(("type", "key", "text", "name", "source", "file", "build"), [8, *EDGES]):
            pushed = pprof.push_request([(LABELS, [("", small(**{name: value}))])])
            self.refused(PUSH, pushed, "application/proto", statuses=(400,))
        self.answers()

    def test_references_to_nothing(self):
        for name, value in itertools.product(("location", "mapping", "line"), [0, 2, *EDGES]):
            self.everywhere(small(**{name: value}))
        whole = small()
        for number in range(1, 15):
            kept = b"".join(field(one, value) for one, value in pprof.fields(whole) if one != number)
            self.everywhere(kept)
        twice = whole + b"".join(field(one, value) for one, value in pprof.fields(whole) if one in (3, 4, 5))
        self.everywhere(twice)
        backwards = b"".join(field(one, value) for one, value in reversed([*pprof.fields(whole)]))
        self.everywhere(backwards)
        self.answers()

    def test_numbers_and_wire_types_that_are_none(self):
        whole = small()
        endings = [
            b"\x0b", b"\x0c", b"\x0b\x0c", b"\x0f", b"\x07", b"\0", b"\0\0", b"\x80", b"\xff" * 9, b"\xff" * 10 + b"\1", b"\x12",
            b"\x12\xff\xff\xff\xff\x0f", b"\x12" + b"\xff" * 9 + b"\x01", b"\x12" + b"\xff" * 9 + b"\x7f", b"\x4d\0\0", b"\x49" + b"\0" * 7,
            b"\x48" + b"\x80" * 9 + b"\1", b"\x48" + b"\x80" * 10 + b"\1", b"\xfa\xff\xff\xff\x0f\0", b"\x0b" * 200_000, b"\x13" * 100 + b"\x14" * 100,
        ]
        for ending in endings:
            self.everywhere(whole + ending)
            self.everywhere(ending + whole)

    def test_texts_of_every_kind(self):
        for text in (b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"a\0b", "a\u202eb".encode(), b"a\r\nb\x1b[31m", b"x" * 70_000):
            stacks = b"".join(field(6, one) for one in (text, text + b"2"))
            self.everywhere(small(name=8, source=9) + stacks)
            self.everywhere(small(key=8) + stacks)
            self.everywhere(small(text=8) + stacks)
            self.everywhere(small(type=8) + stacks)
        self.everywhere(small(name=8) + field(6, b"y" * 12_000_000))
        for cut in range(65_530, 65_540):
            self.everywhere(small(name=8) + field(6, "a" * (cut % 4) + "\U0001f525" * (cut // 4)))
        self.answers()

    def test_labels_that_nobody_allows(self):
        good = gzip.compress(small())
        for value in ("\0", "a\0b", "x" * 2_049, "x" * 1_000_000, "\u202e", "a\nb"):
            for labels in ({**LABELS, "k": value}, {**LABELS, value: "v"}, {**LABELS, "service_name": value}, {**LABELS, "__name__": value}):
                answer = self.refused(PUSH, pprof.push_request([(labels, [("", good)])]), "application/proto", statuses=(200, 400))
                self.assertLess(len(answer), 2_000)
        for raw in (b"\xff", b"\xc3\x28", b"a\xed\xa0\x80"):
            pair = field(1, field(1, "k") + field(2, raw))
            series = b"".join(field(1, field(1, name) + field(2, value)) for name, value in LABELS.items())
            body = field(1, series + pair + field(2, field(1, good)))
            self.refused(PUSH, body, "application/proto", statuses=(400,))
        twice = [("a", "1"), ("a", "1"), *LABELS.items()]
        series = b"".join(field(1, field(1, name) + field(2, value)) for name, value in twice)
        self.refused(PUSH, field(1, series + field(2, field(1, good))), "application/proto", statuses=(400,))
        self.answers()

    def test_deep_stacks_in_every_format(self):
        for depth in (1_025, 100_000, 1_000_000):
            ids = field(2, field(1, varint(1) * depth) + field(2, varint(1)))
            self.everywhere(small() + ids)
            stack = ";".join(["f"] * depth).encode()
            self.folded("groups", stack + b" 1\n")
            self.folded("lines", stack + b"\n")
            self.folded("trie", varint(0) + b"\0\1" + varint(len(stack)) + stack + b"\1\0")
        for depth in (1_025, 300_000, 3_000_000):
            self.folded("tree", b"\0\0\1" + b"\1f\0\1" * depth + b"\1f\1\0")
            self.folded("trie", b"\0\0\1" + b"\2;f\0\1" * depth + b"\1f\1\0")
        for depth in (1_025, 50_000, 400_000):
            shared = '{"$schema":"https://www.speedscope.app/file-format-schema.json","shared":{"frames":[{"name":"f"}]},"profiles":['
            row = '{"type":"sampled","name":"p","unit":"none","startValue":0,"endValue":1,"weights":[1],"samples":[['
            self.folded("speedscope", (shared + row + ",".join(["0"] * depth) + "]]}]}").encode())
            self.folded("speedscope", b"[" * depth)
        self.answers()

    def test_lengths_and_counts_that_lie(self):
        for number in (0, 1, 127, 1 << 20, 1 << 31, 1 << 32, 1 << 60, (1 << 63) - 1, 1 << 63, (1 << 64) - 1):
            size = varint(number)
            for body in (size, size + b"\0\0", b"\0\0" + size, b"\0\0" + size + b"\1a\1\0", b"\0" + size + b"\0", b"\0\0\1" + size + b"a\1\0",
                         b"\0\0\1\1a\1" + size, b"\0\0\1\1a" + size + b"\0", size * 1_000):
                self.folded("tree", body)
                self.folded("trie", body)
        self.folded("tree", b"\xff" * 1_000_000, FIRM)
        self.folded("tree", b"\0\0\1" * 3_000_000)
        self.folded("tree", b"\0\0\xff\xff\xff\x07" + b"\1a\1\0" * 2_000_000)
        self.folded("trie", b"\0\0\xff\xff\xff\x07" + b"\1a\1\0" * 2_000_000)

    def test_texts_of_stacks_without_end(self):
        self.folded("groups", b"a" * 20_000_000)
        self.folded("groups", b"a 1\n" * 3_000_000)
        self.folded("groups", b"\n" * 20_000_000)
        self.folded("lines", b"a;b\n" * 4_000_000)
        self.folded("lines", b";" * 20_000_000)
        for count in ("-1", "9" * 30, "1e9", "0x10", "NaN", " ", "-9223372036854775809", "9223372036854775808"):
            self.folded("groups", f"a;b {count}\n".encode(), (200, 422))
        unlike = b"".join(b"f%d;g%d 1\n" % (one, one) for one in range(300_000))
        self.folded("groups", unlike)
        self.answers()

    def test_recordings(self):
        seed = (ROOT / "Tests" / "Fixtures" / "Fuzz" / "JFRFuzz" / "sample.jfr").read_bytes()
        chunk = seed[seed.index(b"FLR\0"):]
        chunk = chunk[:int.from_bytes(chunk[8:16], "big")]
        target, chance = "/ingest?name=hostile&format=jfr", random.Random(3)
        self.refused(target, form(("jfr", chunk)), FORM, statuses=(200,))
        for count in (1_025, 28_000):
            self.refused(target, form(("jfr", gzip.compress(chunk * count, 1))), FORM, statuses=(422,), mib=66)
        for _ in range(300):
            broken = bytearray(chunk)
            for _ in range(chance.randint(1, 4)):
                at = chance.randrange(len(broken))
                broken[at:at + chance.randint(1, 9)] = chance.choice([b"\xff" * 9, b"\0" * 8, b"\x80" * 9, bytes([chance.randrange(256)])])
            self.refused(target, form(("jfr", bytes(broken))), FORM, statuses=(200, 422))
        for flood in (b"\x0a\0", b"\x12\0", field(1, field(1, 1) + field(2, field(1, field(1, 1) + field(2, 1)))), field(2, field(1, 1) + field(2, "x"))):
            labels = flood * (4_000_000 // len(flood))
            self.refused(target, form(("jfr", chunk), ("labels", labels)), FORM, statuses=(200, 422))
            self.refused(target, form(("jfr", chunk), ("labels", gzip.compress(labels, 1))), FORM, statuses=(200, 422))

    def test_values_and_times_at_the_end_of_their_range(self):
        for value in (0, *EDGES):
            self.everywhere(small(value=value))
            self.everywhere(small(period=value))
            self.everywhere(small(duration=value))
            self.everywhere(small(time=value))
        top = field(2, field(1, varint(1)) + field(2, varint((1 << 63) - 1)))
        self.everywhere(small() + top * 1_000)
        for _ in range(3):
            self.everywhere(small(value=(1 << 63) - 1))
        self.answers()


if __name__ == "__main__":
    unittest.main()
