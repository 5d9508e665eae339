# SPDX-License-Identifier: Apache-2.0
"""Hostile files with debug information: headers that lie, bombs, names that are paths, other tenants' files."""

import gzip
import json
import random
import struct
import unittest

from hearthtest.attack import REFUSALS, Attack, bomb
from hearthtest.client import Client

SERVICE = "debuginfo.v1alpha1.DebuginfoService"
UPLOAD = f"/{SERVICE}/Upload/"
BINARY, JSON = "application/octet-stream", "application/json"
IDENTITY = "0123456789abcdef0123456789abcdef01234567"
EDGES = [0, 1, 0xFF, 0x7FFF, 0xFFFF, 1 << 31, (1 << 32) - 1, 1 << 40, (1 << 63) - 1, 1 << 63, (1 << 64) - 1]
NOTE, TEXT, TABLE, HEADERS = 64, 128, 256, 320


def elf(identity=IDENTITY) -> bytearray:
    """A small program for 64 bits: a note with the build id, some code, names, four section headers."""
    note = struct.pack("<III", 4, len(identity) // 2, 3) + b"GNU\0" + bytes.fromhex(identity)
    names = b"\0.note.gnu.build-id\0.text\0.shstrtab\0"
    sections = [(0, 0, 0, 0, 0), (1, 7, 2, NOTE, len(note)), (20, 1, 6, TEXT, 64), (26, 3, 0, TABLE, len(names))]
    out = bytearray(HEADERS + 64 * len(sections))
    out[:64] = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 2, 62, 1, 0, 0, HEADERS, 0, 64, 56, 0, 64, len(sections), 3)
    out[NOTE:NOTE + len(note)], out[TABLE:TABLE + len(names)] = note, names
    for index, (name, kind, flags, offset, size) in enumerate(sections):
        at = HEADERS + 64 * index
        out[at:at + 64] = struct.pack("<IIQQQQIIQQ", name, kind, flags, 0, offset, size, 0, 0, 4, 0)
    return out


class HostileFiles(Attack):
    flags = [*Attack.flags, "-auth.multitenancy-enabled=true", "-debug-info.max-upload-size=16777216"]

    @classmethod
    def setUpClass(cls):
        super(Attack, cls).setUpClass()
        cls.mine, cls.other = Client(cls.watched.port, "mine"), Client(cls.watched.port, "other")

    def begin(self, identity=IDENTITY, client=None):
        file = {"gnuBuildId": identity, "name": "shop", "type": "TYPE_EXECUTABLE_FULL"}
        return (client or self.mine).call("ShouldInitiateUpload", {"file": file}, SERVICE)

    def send(self, data, statuses=REFUSALS, identity=IDENTITY, **headers):
        self.begin(identity)
        headers = {"X-Scope-OrgID": "mine", **{name.replace("_", "-"): value for name, value in headers.items()}}
        return self.refused(UPLOAD + identity, bytes(data), BINARY, headers=headers, statuses=statuses)

    def maybe(self, data):
        """A file that may be taken, since nothing of it matters that is broken; then it goes again."""
        self.send(data, (200, *REFUSALS))
        self.mine.request("POST", f"/{SERVICE}/DeleteDebuginfo", json.dumps({"gnuBuildId": IDENTITY}), {"Content-Type": JSON})

    def rpc(self, method, message, statuses, tenant="mine"):
        return self.refused(f"/{SERVICE}/{method}", json.dumps(message).encode(), JSON, headers={"X-Scope-OrgID": tenant}, statuses=statuses)

    def files(self):
        """Every stored file, wherever it may be."""
        return list(self.watched.folder.path.rglob("*.elf"))

    def test_headers_that_lie(self):
        self.send(elf(), (200,))
        self.mine.call("UploadFinished", {"gnuBuildId": IDENTITY}, SERVICE)
        self.assertEqual(len(self.files()), 1)
        self.mine.call("DeleteDebuginfo", {"gnuBuildId": IDENTITY}, SERVICE)
        places = [(at, 8) for at in (24, 32, 40)] + [(at, 2) for at in range(52, 64, 2)]
        for index in range(1, 4):
            start = HEADERS + 64 * index
            places += [(start, 4), (start + 4, 4), (start + 8, 8), (start + 24, 8), (start + 32, 8), (start + 40, 4), (start + 56, 8)]
        places += [(NOTE, 4), (NOTE + 4, 4), (NOTE + 8, 4), (4, 1), (5, 1)]
        for at, size in places:
            for value in EDGES:
                broken = elf()
                broken[at:at + size] = (value & ((1 << 8 * size) - 1)).to_bytes(size, "little")
                self.maybe(broken)

    def test_what_is_cut_off_or_changed_anywhere(self):
        whole, chance = elf(), random.Random(11)
        for cut in range(0, len(whole), 37):
            self.send(whole[:cut])
        for _ in range(200):
            broken = elf()
            for _ in range(chance.randint(1, 6)):
                broken[chance.randrange(len(broken))] = chance.randrange(256)
            self.maybe(broken)

    def test_bombs_and_floods(self):
        self.send(bomb(1 << 30), Content_Encoding="gzip")
        self.send(gzip.compress(elf()) + bomb(1 << 30), Content_Encoding="gzip")
        self.send(bomb(1 << 20) * 100, Content_Encoding="gzip")
        self.send(bytes(30_000_000))
        self.send(bytes(15_000_000))
        self.send(b"\x7fELF\2\1\1" * 2_000_000)
        many = elf()
        many[60:62] = b"\xff\xff"
        notes = struct.pack("<III", 4, 0, 0) + b"GNU\0"
        self.maybe(many + bytes(64 * 65_536))
        self.maybe(many + (struct.pack("<IIQQQQIIQQ", 1, 7, 2, 0, 0, 1 << 22, 0, 0, 4, 0)) * 65_536)
        long_notes = elf()
        at = HEADERS + 64
        long_notes[at + 24:at + 40] = struct.pack("<QQ", len(long_notes), 15_000_000)
        self.maybe(long_notes + notes * 937_500)
        self.assertIn(self.chunked(UPLOAD + IDENTITY, bomb(1 << 30), BINARY, headers={"X-Scope-OrgID": "mine", "Content-Encoding": "gzip"}), (412, *REFUSALS))
        self.assertEqual(self.files(), [])

    def test_names_that_are_paths(self):
        for name in ("..", "../../x", "%2e%2e%2fx", "..%2f..%2fetc%2fpasswd", "a/b", "a%00b", "x" * 5_000, "A" * 40, "0x12", "", "%20", "abc", "0" * 39 + "g"):
            self.refused(UPLOAD + name, bytes(elf()), BINARY, headers={"X-Scope-OrgID": "mine"}, statuses=(400, 404, 405, 412, 414, 431))
            if "%" not in name:
                file = {"gnuBuildId": name, "name": name, "type": "TYPE_EXECUTABLE_FULL"}
                self.rpc("ShouldInitiateUpload", {"file": file}, (200, 400))
                for method in ("UploadFinished", "DeleteDebuginfo"):
                    self.rpc(method, {"gnuBuildId": name}, (200, 400, 404, 412))
        self.rpc("ShouldInitiateUpload", {}, (400,))
        self.rpc("ShouldInitiateUpload", {"file": {"gnuBuildId": IDENTITY, "name": "n" * 1_000_000}}, (200, 400))
        self.assertEqual(self.files(), [])

    def test_another_tenants_file(self):
        self.send(elf(), (200,))
        self.mine.call("UploadFinished", {"gnuBuildId": IDENTITY}, SERVICE)
        self.assertEqual(self.other.call("ListDebuginfo", {}, SERVICE), {})
        self.rpc("DeleteDebuginfo", {"gnuBuildId": IDENTITY}, (200, 400, 404), tenant="other")
        self.rpc("UploadFinished", {"gnuBuildId": IDENTITY}, (400, 404, 412), tenant="other")
        self.assertTrue(self.begin(client=self.other)["shouldInitiateUpload"], "each tenant's files are its own")
        self.assertEqual(len(self.mine.call("ListDebuginfo", {}, SERVICE)["object"]), 1)
        for tenant in ("a/b", "..", "a|b", ""):
            headers = {"X-Scope-OrgID": tenant}
            self.refused(UPLOAD + IDENTITY, bytes(elf()), BINARY, headers=headers, statuses=(400, 401, 403))
            self.rpc("ListDebuginfo", {}, (400, 401, 403), tenant=tenant)
        self.mine.call("DeleteDebuginfo", {"gnuBuildId": IDENTITY}, SERVICE)
        self.assertEqual(self.files(), [])


if __name__ == "__main__":
    unittest.main()
