# SPDX-License-Identifier: Apache-2.0
"""Slow, independent reader of JDK Flight Recorder files, to compare with the Swift one.

usage: jfr_oracle.py RECORDING LABELS|- FOLDER [RECORDED...]
FOLDER holds one pprof per profile, named KIND.pb. Prints one line per difference between these and what this
reader finds, and between these and the profiles that the real server made (RECORDED), labels left out.
"""
import gzip
import os
import re
import sys
from collections import defaultdict

from pprof_oracle import fields, numbers, signed

PERIOD = 10_000_000


def data_of(path):
    data = open(path, "rb").read()
    return gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data


# Recordings

class Reader:
    def __init__(self, data, at):
        self.data, self.at = data, at

    def byte(self):
        self.at += 1
        return self.data[self.at - 1]

    def long(self):
        value = self.data[self.at]
        if value < 0x80:
            self.at += 1
            return value
        value = 0
        for index in range(9):
            byte = self.byte()
            value |= (byte if index == 8 else byte & 0x7F) << (7 * index)
            if byte < 0x80:
                break
        return value

    def raw(self, count):
        self.at += count
        return self.data[self.at - count:self.at]

    def text(self):
        kind = self.byte()
        if kind < 2:
            return ""
        if kind == 2:
            return ("constant", self.long())
        if kind == 4:
            return "".join(chr(self.long()) for _ in range(self.long()))
        return self.raw(self.long()).decode("utf-8" if kind == 3 else "latin-1", "replace")


def element(reader, texts):
    name = texts[reader.long()]
    attributes = {}
    for _ in range(reader.long()):
        key = texts[reader.long()]
        attributes[key] = texts[reader.long()]
    return name, attributes, [element(reader, texts) for _ in range(reader.long())]


def value(reader, classes, name, described):
    if name in ("int", "long", "short", "char"):
        return reader.long()
    if name in ("byte", "boolean"):
        return reader.byte()
    if name in ("float", "double"):
        return reader.raw(4 if name == "float" else 8)
    if name == "java.lang.String":
        return reader.text()
    out = {}
    for field, kind, constant, array in described[name]:
        def one():
            return reader.long() if constant else value(reader, classes, classes[kind], described)
        out[field] = [one() for _ in range(reader.long())] if array else one()
    return out


def chunks(data):
    start = 0
    while start < len(data):
        assert data[start:start + 4] == b"FLR\0"
        size, pools, meta, ticks = (int.from_bytes(data[start + at:start + at + 8], "big") for at in (8, 16, 24, 56))
        yield data[start:start + size], pools, meta, ticks
        start += size


def clean(text):
    for pattern, to in (
        (r"^(jdk/internal/reflect/GeneratedMethodAccessor)(\d+)$", r"\1_"),
        (r"^(.+\$\$Lambda)(\$?\d*[./](0x)?[\da-f]+|\d+)$", r"\1_"),
        (r"^(\.?/tmp/)?(libzstd-jni-\d+\.\d+\.\d+-)(\d+)(\.so)( \(deleted\))?$", "libzstd-jni-_.so"),
        (r"^(\.?/tmp/)?(lib)?(amazonCorrettoCryptoProvider)(NativeLibraries\.)?([0-9a-f]{16})"
         r"(/libcrypto|/libamazonCorrettoCryptoProvider)?(\.so)( \(deleted\))?$",
         "libamazonCorrettoCryptoProvider_.so"),
        (r"^(.+\$\$EnhancerBySpringCGLIB\$\$)(.*)$", r"\1_"),
    ):
        text = re.sub(pattern, to, text)
    return text


KINDS = {
    "jdk.ObjectAllocationInNewTLAB": ("allocationInTLAB", "tlabSize"),
    "jdk.ObjectAllocationOutsideTLAB": ("allocationOutsideTLAB", "allocationSize"),
    "jdk.ObjectAllocationSample": ("allocationSample", "weight"),
    "jdk.JavaMonitorEnter": ("monitor", "duration"),
    "jdk.ThreadPark": ("park", "duration"),
    "profiler.Malloc": ("malloc", "size"),
}


def recording(data, labels):
    contexts, strings = labels
    found = defaultdict(lambda: defaultdict(lambda: [0, 0, 0]))
    setting = ""
    for chunk, pool_at, meta_at, ticks in chunks(data):
        reader = Reader(chunk, meta_at)
        for _ in range(5):
            reader.long()
        texts = [reader.text() for _ in range(reader.long())]
        classes, described = {}, {}
        for name, _, children in element(reader, texts)[2]:
            for kind, attributes, parts in children if name == "metadata" else ():
                classes[int(attributes["id"])] = attributes["name"]
                described[attributes["name"]] = [
                    (a["name"], int(a["class"]), a.get("constantPool") == "true", a.get("dimension") == "1")
                    for part, a, _ in parts if part == "field"]
        pools = defaultdict(dict)
        at = pool_at
        while True:
            reader = Reader(chunk, at)
            for _ in range(4):
                reader.long()
            delta = signed(reader.long())
            reader.long()
            for _ in range(reader.long()):
                name = classes[reader.long()]
                for _ in range(reader.long()):
                    key = reader.long()
                    pools[name][key] = value(reader, classes, name, described)
            if not delta:
                break
            at += delta

        def text(value):
            while isinstance(value, tuple):
                value = pools["java.lang.String"].get(value[1], "")
            return value

        def symbol(key):
            return clean(text(pools["jdk.types.Symbol"].get(key, {"string": ""})["string"]))

        def add(kind, event, first, second=0):
            trace = pools["jdk.types.StackTrace"].get(event.get("stackTrace"))
            if trace is None:
                return
            stack = []
            for frame in trace["frames"]:
                method = pools["jdk.types.Method"].get(frame["method"])
                owner = pools["java.lang.Class"].get(method["type"]) if method else None
                if owner is not None:
                    name = symbol(owner["name"]) + "." + symbol(method["name"])
                    stack.append((name, frame["lineNumber"]))
            shown = []
            if kind in ("cpu", "wall", "allocationInTLAB", "allocationOutsideTLAB", "monitor"):
                for key, label in contexts.get(signed(event.get("contextId", 0)), {}).items():
                    if strings.get(key):
                        shown.append((strings[key], strings.get(label, "")))
                if event.get("spanId"):
                    shown.append(("profile_id", "%016x" % event["spanId"]))
                if event.get("spanName") and strings.get(event["spanName"]):
                    shown.append(("span_name", strings[event["spanName"]]))
            sums = found[kind][tuple(stack), tuple(sorted(shown))]
            sums[0] += first
            # The real server takes ticks for nanoseconds.
            sums[1] += second * 10**9 // ticks if kind in ("monitor", "park") else second
            sums[2] += second

        at = 68
        while at < len(chunk):
            reader = Reader(chunk, at)
            at += reader.long()
            name = classes.get(reader.long())
            if name == "jdk.ActiveSetting":
                event = value(reader, classes, name, described)
                if text(event["name"]) == "event":
                    setting = text(event["value"])
            elif name in ("jdk.ExecutionSample", "profiler.WallClockSample"):
                event = value(reader, classes, name, described)
                state = pools["jdk.types.ThreadState"].get(event["state"])
                state = state and text(state["name"])
                if name == "jdk.ExecutionSample":
                    if state and state != "STATE_SLEEPING":
                        add("cpu", event, PERIOD)
                    if setting == "wall":
                        add("wall", event, PERIOD)
                else:
                    if setting == "wall" and state == "STATE_RUNNABLE":
                        add("cpu", event, PERIOD * event["samples"])
                    add("wall", event, PERIOD * event["samples"])
            elif name in KINDS:
                event = value(reader, classes, name, described)
                kind, amount = KINDS[name]
                add(kind, event, 1, event[amount])
            elif name == "profiler.LiveObject":
                add("live", value(reader, classes, name, described), 1)
    return found


def snapshot(data):
    contexts, strings = {}, {}

    def entry(data):
        out = {1: 0, 2: b""}
        out.update(fields(data))
        return out
    for number, content in fields(data):
        item = entry(content)
        if number == 1:
            pairs = {}
            for _, pair in fields(item[2]):
                both = {1: 0, 2: 0}
                both.update(fields(pair))
                pairs[both[1]] = both[2]
            contexts[signed(item[1])] = pairs
        elif number == 2:
            strings[item[1]] = item[2].decode()
    return contexts, strings


# pprof

def profile(path):
    """Types, {(stack, labels): values} of a pprof."""
    data = data_of(path)
    texts = [v.decode() for n, v in fields(data) if n == 6]
    functions, locations, types, samples = {}, {}, [], []
    for number, content in fields(data):
        if number == 5:
            item = dict(fields(content))
            functions[item[1]] = texts[item[2]]
        elif number == 4:
            lines = [dict(fields(v)) for n, v in fields(content) if n == 4]
            locations[dict(fields(content))[1]] = [(line[1], line.get(2, 0)) for line in lines]
        elif number == 1:
            types.append(texts[dict(fields(content))[1]])
        elif number == 2:
            samples.append(content)
    sums = defaultdict(lambda: [0] * len(types))
    for content in samples:
        stack, values, labels = [], [], []
        for number, part in fields(content):
            if number == 1:
                stack += [(functions[f], n) for i in numbers(part) for f, n in locations[i]]
            elif number == 2:
                values += map(signed, numbers(part))
            elif number == 3:
                item = dict(fields(part))
                labels.append((texts[item[1]], texts[item.get(2, 0)]))
        assert len(values) == len(types)
        for index, number in enumerate(values):
            sums[tuple(stack), tuple(sorted(labels))][index] += number
    return types, sums


def without_labels(sums, index):
    out = defaultdict(int)
    for (stack, _), values in sums.items():
        out[stack] += values[index]
    return {stack: number for stack, number in out.items() if number}


RECORDED = {
    "cpu": ("cpu", 0),
    "wall": ("wall", 0),
    "alloc_in_new_tlab_objects": ("allocationInTLAB", 0),
    "alloc_in_new_tlab_bytes": ("allocationInTLAB", 1),
    "alloc_outside_tlab_objects": ("allocationOutsideTLAB", 0),
    "alloc_outside_tlab_bytes": ("allocationOutsideTLAB", 1),
}
DELAYS = {"mutex": ("monitor", 1), "block": ("park", 1)}


def main():
    path, labels, folder, recorded = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
    expected = recording(data_of(path), snapshot(b"" if labels == "-" else data_of(labels)))
    ours = {name[:-3]: profile(os.path.join(folder, name)) for name in os.listdir(folder)}
    if set(expected) != set(ours):
        print("kinds: expected", sorted(expected), "got", sorted(ours))
    for kind in set(expected) & set(ours):
        types, sums = ours[kind]
        want = {key: values[:len(types)] for key, values in expected[kind].items()}
        if want != dict(sums):
            print(kind, "differs in", sum(want.get(k) != sums.get(k) for k in set(want) | set(sums)), "stacks of",
                  len(want))
    compared = 0
    for other in recorded:
        types, sums = profile(other)
        sums = without_labels(sums, 0)
        compared += len(sums)
        name = os.path.basename(other)
        kind, index = RECORDED.get(types[0]) or DELAYS[name.split(".gz.")[1][:5]]
        if types[0] == "contentions":
            index = 0
        # The real server's files hold either the samples of one set of labels or all.
        mine, raw = ours[kind][1], {key: [values[0], values[2]] for key, values in expected[kind].items()}
        source = raw if types[0] == "delay" else mine
        groups = [source] + [{key: values for key, values in source.items() if key[1] == label}
                             for label in {key[1] for key in source}]
        if not any(without_labels(group, index) == sums for group in groups):
            print("recorded", name, "differs")
    print(f"#compared {sum(len(v) for v in expected.values())} {compared}")


main()
