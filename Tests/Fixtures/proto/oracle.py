# SPDX-License-Identifier: Apache-2.0
"""Answers commands with Python's protobuf: oracle.py DESCRIPTOR_SET COMMANDS, one answer line per command line.

random NAME SEED     -> BINARY JSON   a random message, twice
decode NAME BINARY   -> JSON          from binary to JSON
encode NAME JSON     -> BINARY        from JSON to binary
clean NAME BINARY    -> BINARY        known fields only, in the order of their numbers
All payloads are hexadecimal ("-" for no bytes); a message that is refused answers "error".
"""
import random
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, json_format, message_factory
from google.protobuf.descriptor import FieldDescriptor as F

TEXTS = ["", "a", "é漢🔥", 'q"\\/\n\t\x01', "<&>", "{}", "x" * 200]
LONGS = [0, 1, -1, 127, 128, -(2**63), 2**63 - 1, 2**53 + 1, 1795521600000]
REALS = [0.0, 1.0, -1.5, 270000000.0, 1e300, -2.5e-300, 0.1, float("inf"), float("-inf"), float("nan")]


def scalar(field, r):
    kind = field.type
    if kind == F.TYPE_STRING:
        return r.choice(TEXTS)
    if kind == F.TYPE_BYTES:
        return bytes(r.randrange(256) for _ in range(r.randrange(6)))
    if kind == F.TYPE_BOOL:
        return r.random() < 0.5
    if kind == F.TYPE_ENUM:
        return r.choice(field.enum_type.values).number
    if kind == F.TYPE_DOUBLE:
        return r.choice(REALS)
    if kind == F.TYPE_FLOAT:
        return r.choice([0.0, 1.0, -1.5, 0.1, 3e38, float("inf"), float("nan")])
    value = r.choice(LONGS)
    bits = 64 if kind in (F.TYPE_INT64, F.TYPE_UINT64) else 32
    value &= 2**bits - 1
    unsigned = kind in (F.TYPE_UINT64, F.TYPE_UINT32)
    return value if unsigned or value < 2 ** (bits - 1) else value - 2**bits


def fill(message, r, depth):
    for field in message.DESCRIPTOR.fields:
        if r.random() < 0.4 or (field.message_type and depth == 0):
            continue
        many = field.is_repeated if hasattr(field, "is_repeated") else field.label == F.LABEL_REPEATED
        entry = field.message_type
        if entry and entry.GetOptions().map_entry:
            value_field = entry.fields_by_name["value"]
            for _ in range(r.randrange(3)):
                key = scalar(entry.fields_by_name["key"], r)
                if value_field.message_type:
                    fill(getattr(message, field.name)[key], r, depth - 1)
                else:
                    getattr(message, field.name)[key] = scalar(value_field, r)
        elif many and entry:
            for _ in range(r.randrange(3)):
                fill(getattr(message, field.name).add(), r, depth - 1)
        elif many:
            getattr(message, field.name).extend(scalar(field, r) for _ in range(r.randrange(5)))
        elif entry:
            getattr(message, field.name).SetInParent()
            fill(getattr(message, field.name), r, depth - 1)
        else:
            setattr(message, field.name, scalar(field, r))


def main(descriptors, commands):
    pool = descriptor_pool.DescriptorPool()
    with open(descriptors, "rb") as file:
        for proto in descriptor_pb2.FileDescriptorSet.FromString(file.read()).file:
            pool.Add(proto)

    def new(name):
        descriptor = pool.FindMessageTypeByName(name)
        return message_factory.GetMessageClass(descriptor)()

    def show(data):
        return data.hex() or "-"

    def answer(verb, name, argument):
        message = new(name)
        if verb == "random":
            fill(message, random.Random(int(argument)), 3)
            text = json_format.MessageToJson(message, indent=None).encode()
            return show(message.SerializeToString(deterministic=True)) + " " + show(text)
        payload = b"" if argument == "-" else bytes.fromhex(argument)
        try:
            if verb == "encode":
                json_format.Parse(payload, message, ignore_unknown_fields=True)
            else:
                message.ParseFromString(payload)
        except Exception:
            return "error"
        message.DiscardUnknownFields()
        if verb == "decode":
            return show(json_format.MessageToJson(message, indent=None).encode())
        return show(message.SerializeToString(deterministic=True))

    with open(commands, encoding="ascii") as lines:
        for line in lines:
            print(answer(*line.split()))


main(*sys.argv[1:])
