# SPDX-License-Identifier: Apache-2.0
"""A slow, independent reader and writer of pprof: the oracle that answers are held against.

Written from the message table of the pprof format alone; shares nothing with the server.
"""

import gzip
import pathlib
import sys
from collections import Counter, defaultdict

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "Fixtures"))
import pprof_oracle  # noqa: E402


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number: int, payload) -> bytes:
    """A length-delimited field for bytes and text, a varint field for integers."""
    if isinstance(payload, str):
        payload = payload.encode()
    if isinstance(payload, (bytes, bytearray)):
        return varint(number << 3 | 2) + varint(len(payload)) + bytes(payload)
    return varint(number << 3) + varint(payload)


def read_varint(data: bytes, at: int):
    shift = value = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def signed(value: int) -> int:
    return value - (1 << 64) if value >= 1 << 63 else value


def fields(data: bytes):
    at = 0
    while at < len(data):
        tag, at = read_varint(data, at)
        if tag & 7 == 0:
            value, at = read_varint(data, at)
        elif tag & 7 == 2:
            count, at = read_varint(data, at)
            value, at = data[at:at + count], at + count
        elif tag & 7 == 1:
            value, at = data[at:at + 8], at + 8
        else:
            value, at = data[at:at + 4], at + 4
        yield tag >> 3, value


def numbers(value):
    """The integers of a packed or single repeated field."""
    if isinstance(value, int):
        return [value]
    out, at = [], 0
    while at < len(value):
        one, at = read_varint(value, at)
        out.append(one)
    return out


class Profile:
    """A decoded profile: sample types, the type of its period, and samples as (stack of names root first, values, labels)."""

    def __init__(self, data: bytes):
        if data[:2] == b"\x1f\x8b":
            data = gzip.decompress(data)
        self.strings, self.types, self.samples = [], [], []
        self.time_nanos, self.period = 0, ("", "")
        functions, locations, raw_samples, raw_types, period = {}, {}, [], [], {}
        for number, value in fields(data):
            if number == 1:
                raw_types.append(dict(fields(value)))
            elif number == 2:
                raw_samples.append(value)
            elif number == 4:
                location = self._location(value)
                locations[location[0]] = location[1]
            elif number == 5:
                parts = dict(fields(value))
                functions[parts.get(1, 0)] = parts.get(2, 0)
            elif number == 6:
                self.strings.append(value.decode("utf-8", "replace"))
            elif number == 9:
                self.time_nanos = signed(value)
            elif number == 11:
                period = dict(fields(value))
        self.types = [(self.strings[t.get(1, 0)], self.strings[t.get(2, 0)]) for t in raw_types]
        if period:
            self.period = (self.strings[period.get(1, 0)], self.strings[period.get(2, 0)])
        samples = [self._sample(raw) for raw in raw_samples]
        if pprof_oracle.is_go(self.strings):
            self.strings = [pprof_oracle.strip_shapes(one) for one in self.strings]
            pprof_oracle.repair(samples, [name for name, _ in self.types])
        for ids, values, labels in samples:
            names = [self.strings[functions[one]] for at in reversed(ids) for one in reversed(locations[at])]
            self.samples.append((tuple(names), values, labels))

    @staticmethod
    def _location(data):
        identity, lines = 0, []
        for number, value in fields(data):
            if number == 1:
                identity = value
            elif number == 4:
                lines.append(dict(fields(value)).get(1, 0))
        return identity, lines

    def _sample(self, data):
        ids, values, labels = [], [], {}
        for number, value in fields(data):
            if number == 1:
                ids += numbers(value)
            elif number == 2:
                values += [signed(one) for one in numbers(value)]
            elif number == 3:
                parts = dict(fields(value))
                if parts.get(2):
                    labels[self.strings[parts.get(1, 0)]] = self.strings[parts[2]]
        return ids, values, labels

    def stacks(self, sample_type: str) -> Counter:
        """Sums per stack of one sample type, as the server is to count them.

        Samples with a negative value or without a positive one are not stored, samples without a frame not shown
        (what the real server does).
        """
        column = [name for name, _ in self.types].index(sample_type)
        sums = Counter()
        for stack, values, _ in self.samples:
            if stack and min(values) >= 0 and max(values) > 0:
                sums[stack] += values[column]
        return Counter({stack: value for stack, value in sums.items() if value})


def build(samples, *, types=(("cpu", "nanoseconds"),), period=("cpu", "nanoseconds", 10_000_000), time_nanos=0,
          duration_nanos=10_000_000_000, compress=True) -> bytes:
    """A pprof of `samples`: (stack of names root first, values, labels)."""
    strings, index = [""], {"": 0}

    def text(value):
        if value not in index:
            index[value] = len(strings)
            strings.append(value)
        return index[value]

    functions, out = {}, bytearray()
    for name, unit in types:
        out += field(1, field(1, text(name)) + field(2, text(unit)))
    for stack, values, labels in samples:
        for name in stack:
            functions.setdefault(name, len(functions) + 1)
        ids = b"".join(varint(functions[name]) for name in reversed(stack))
        sample = field(1, ids) + field(2, b"".join(varint(value) for value in values))
        for key, value in labels.items():
            sample += field(3, field(1, text(key)) + field(2, text(value)))
        out += field(2, sample)
    for name, identity in functions.items():
        out += field(4, field(1, identity) + field(2, 1) + field(3, identity * 16) + field(4, field(1, identity) + field(2, 7)))
        out += field(5, field(1, identity) + field(2, text(name)) + field(3, text(name)) + field(4, text("main.x")))
    out += field(3, field(1, 1) + field(5, text("/app")) + field(7, 1))
    out += field(9, time_nanos) + field(10, duration_nanos)
    out += field(11, field(1, text(period[0])) + field(2, text(period[1]))) + field(12, period[2])
    for value in strings:
        out += field(6, value)
    return gzip.compress(bytes(out), 1, mtime=0) if compress else bytes(out)


def stacks_of_flamegraph(graph: dict) -> Counter:
    """Self values per stack (root's name left out) of a flame graph answer in JSON."""
    names = graph.get("names", [])
    sums, previous = Counter(), None
    for level in graph.get("levels", []):
        values = [int(value) for value in level.get("values", [])]
        row, at = [], 0
        for i in range(0, len(values), 4):
            at += values[i]
            row.append((at, at + values[i + 1], values[i + 2], names[values[i + 3]]))
            at += values[i + 1]
        paths = []
        for start, end, self_value, name in row:
            if previous is None:
                path = ()
            else:
                parent = next(p for s, e, p in previous if s <= start and end <= e and (e > s or s == start))
                path = parent + (name,)
            if self_value:
                sums[path] += self_value
            paths.append((start, end, path))
        previous = paths
    return sums


def push_request(series) -> bytes:
    """A push.v1.PushRequest of (labels, [(id, profile bytes)]) in binary."""
    out = b""
    for labels, profiles in series:
        body = b"".join(field(1, field(1, name) + field(2, value)) for name, value in labels.items())
        for identity, profile in profiles:
            body += field(2, field(1, profile) + (field(2, identity) if identity else b""))
        out += field(1, body)
    return out


def merged(profiles, sample_type: str) -> Counter:
    total = defaultdict(int)
    for profile in profiles:
        for stack, value in profile.stacks(sample_type).items():
            total[stack] += value
    return Counter(total)
