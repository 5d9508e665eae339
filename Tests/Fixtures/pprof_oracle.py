# SPDX-License-Identifier: Apache-2.0
"""Slow, independent pprof decoder: prints the sums of values per stacktrace, to compare with the Swift one.

usage: pprof_oracle.py FILE...   For each file one line `#FILE`, then sorted lines `VALUES<TAB>LABELS<TAB>FRAMES`,
or one line `!REASON` when the profile must be refused.
"""
import gzip
import re
import sys


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & (2**64 - 1), at
        shift += 7


def fields(data):
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        kind = tag & 7
        if kind == 0:
            value, at = varint(data, at)
        elif kind == 2:
            size, at = varint(data, at)
            value = data[at:at + size]
            assert len(value) == size
            at += size
        else:
            size = {1: 8, 5: 4}[kind]
            value = data[at:at + size]
            at += size
        yield tag >> 3, value


def numbers(value):
    if isinstance(value, int):
        return [value]
    out, at = [], 0
    while at < len(value):
        number, at = varint(value, at)
        out.append(number)
    return out


def signed(value):
    return value - 2**64 if value >= 2**63 else value


def record(data, repeated=()):
    out = {}
    for number, value in fields(data):
        if number in repeated:
            out.setdefault(number, []).append(value)
        else:
            out[number] = value
    return out


def strip_shapes(text):
    while True:
        start = text.find("[go.shape.")
        if start < 0:
            return text
        depth = 0
        for at in range(start, len(text)):
            depth += {"[": 1, "]": -1}.get(text[at], 0)
            if depth == 0:
                break
        else:
            return text
        text = text[:start] + text[at + 1:]


def is_go(strings):
    others = ["java/", "sun/", ".rb", "gems/", "./node_modules/", ".js", "System.", "Microsoft.", ".py", "main.rs",
              "core.rs"]
    for text in strings:
        for marks, answer in (([".go", "/usr/local/go/"], True), (others, False)):
            if any(text.startswith(mark) or text.endswith(mark) for mark in marks):
                return answer
    return False


class Refused(Exception):
    pass


def repair(samples, types):
    """Appends to stacks that Go cut what stacks with the same root end, further up, have below it."""
    deepest = max((len(ids) for ids, _, _ in samples), default=0)
    heap = any(one in ("alloc_objects", "alloc_space", "inuse_objects", "inuse_space") for one in types)
    if not (heap and 28 <= deepest < 33 or "cpu" in types and deepest >= 60):
        return
    tall = sorted((ids for ids, _, _ in samples if len(ids) >= 24), key=lambda ids: little_endian(ids[-24:]))
    groups = []
    for ids in tall:
        if not groups or groups[-1][0][-24:] != ids[-24:]:
            groups.append([])
        groups[-1].append(ids)
    # The server takes the number of groups for the end of the last one: few of its stacks take part, if any.
    if groups:
        before = len(tall) - len(groups[-1])
        groups[-1] = groups[-1][: max(0, len(groups) - before)]
    windows = {}
    for number, members in enumerate(groups):
        for offset in range(1, 9) if members else ():
            window = tuple(members[0][-24:][8 - offset:24 - offset])
            if window not in windows or windows[window][1] < offset:
                windows[window] = (number, offset)
    references = []
    for number, members in enumerate(groups):
        found = windows.get(tuple(members[0][-16:])) if members else None
        references.append(found if found and found[0] != number else None)
    missing = []
    for number in range(len(groups)):
        at, total, hops = references[number], 0, 0
        while at:
            total += at[1]
            if not references[at[0]]:
                break
            at, hops = references[at[0]], hops + 1
            if hops == 56:
                return apply(groups, missing)
        source = groups[at[0]][0] if at else []
        missing.append(source[-total:] if 0 < total < len(source) else [])
    apply(groups, missing)


def apply(groups, missing):
    for members, frames in zip(groups, [list(one) for one in missing]):
        for ids in members:
            ids += frames


def little_endian(ids):
    return b"".join(one.to_bytes(8, "little") for one in ids)


def decode(data):
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    top = record(data, repeated=(1, 2, 3, 4, 5, 6))
    try:
        strings = [bytes(text).decode() for text in top.get(6, [])]
    except UnicodeDecodeError:
        raise Refused("utf8")
    if is_go(strings):
        strings = [strip_shapes(text) for text in strings]
    types = [record(item) for item in top.get(1, [])]
    if not types:
        raise Refused("empty")
    mappings = {0: {}}
    for item in top.get(3, []):
        row = record(item)
        mappings.setdefault(row.get(1, 0), row)
    functions = {}
    for item in top.get(5, []):
        row = record(item)
        if row.get(1, 0) == 0:
            raise Refused("function id is 0")
        functions.setdefault(row[1], row)
    locations = {}
    for item in top.get(4, []):
        row = record(item, repeated=(4,))
        if row.get(1, 0) == 0:
            raise Refused("location id is 0")
        locations.setdefault(row[1], row)

    def frame(location_id):
        row = locations[location_id]
        mapping = mappings[row.get(2, 0)]
        lines = []
        for item in row.get(4, []):
            line = record(item)
            function = functions[line.get(1, 0)]
            names = [strings[function.get(number, 0)] for number in (2, 3, 4)]
            lines.append(f"{'|'.join(names)}|{signed(function.get(5, 0))}|{signed(line.get(2, 0))}")
        address = 0 if mapping.get(7, 0) else row.get(3, 0)
        if not lines and not row.get(3, 0):
            raise KeyError
        where = f"{strings[mapping.get(5, 0)]}|{strings[mapping.get(6, 0)]}|{address}"
        return f"{where}({','.join(lines)})"

    samples = []
    for item in top.get(2, []):
        ids, values, labels = [], [], {}
        for number, value in fields(item):
            if number == 1:
                ids += numbers(value)
            elif number == 2:
                values += [signed(one) for one in numbers(value)]
            elif number == 3:
                label = record(value)
                if label.get(2, 0):
                    labels[strings[label.get(1, 0)]] = strings[label[2]]
        if len(values) != len(types):
            raise Refused("values")
        if "profile_id" in labels:
            labels["span_id"] = labels.pop("profile_id")
        for name, size in (("span_id", 16), ("trace_id", 32)):
            if name in labels and not re.fullmatch(f"[0-9a-fA-F]{{{size}}}", labels[name]):
                del labels[name]
        samples.append((ids, values, labels))
    if is_go(strings):
        repair(samples, [strings[one.get(1, 0)] for one in types])
    cache, sums = {}, {}
    for ids, values, labels in samples:
        if any(value < 0 for value in values) or not any(values):
            continue
        try:
            for one in ids:
                if one not in cache:
                    cache[one] = frame(one)
        except KeyError:
            continue
        text = ",".join(f"{name}={labels[name]}" for name in sorted(labels, key=str.encode) if labels[name])
        key = f"{text}\t{';'.join(cache[one] for one in ids)}"
        known = sums.setdefault(key, [0] * len(types))
        for index, value in enumerate(values):
            known[index] += value
    return sums


def main():
    for path in sys.argv[1:]:
        print(f"#{path}")
        try:
            lines = [f"{' '.join(map(str, values))}\t{key}" for key, values in decode(open(path, "rb").read()).items()]
            for line in sorted(lines, key=str.encode):
                print(line.replace("\n", " "))
        except Refused as reason:
            print(f"!{reason}")


if __name__ == "__main__":
    main()
