# SPDX-License-Identifier: Apache-2.0
"""Files with debug information: a real program is uploaded, listed, kept over kill -9, deleted; alone and in a cluster."""

import pathlib
import re
import socket
import subprocess
import unittest

from hearthtest.client import Failure
from hearthtest.cluster import Cluster
from hearthtest.process import Folder, hearth, wait_until

SERVICE = "debuginfo.v1alpha1.DebuginfoService"
FIRST = "First time we see this Build ID, therefore please upload!"
SOURCE = "int twice(int n) { return 2 * n; } int main(void) { return twice(0); }\n"


def program(folder, name="shop"):
    """Compiles a program with debug information; returns its bytes and its build id."""
    path = pathlib.Path(folder, name)
    path.with_suffix(".c").write_text(SOURCE)
    subprocess.run(["cc", "-g", "-Wl,--build-id=sha1", "-o", path, path.with_suffix(".c")], check=True)
    notes = subprocess.run(["readelf", "-n", path], check=True, capture_output=True, text=True).stdout
    return path.read_bytes(), re.search(r"Build ID: ([0-9a-f]+)", notes)[1]


class Uploader:
    """What an agent does with one server."""

    def __init__(self, client):
        self.client = client

    def begin(self, build_id):
        file = {"gnuBuildId": build_id, "name": "shop", "type": "TYPE_EXECUTABLE_FULL"}
        answer = self.client.call("ShouldInitiateUpload", {"file": file}, SERVICE)
        return answer.get("shouldInitiateUpload", False), answer["reason"]

    def send(self, build_id, data, headers=None):
        status, body, _ = self.client.request("POST", f"/{SERVICE}/Upload/{build_id}", data, headers or {})
        return status, body.decode()

    def finish(self, build_id):
        return self.client.call("UploadFinished", {"gnuBuildId": build_id}, SERVICE)

    def delete(self, build_id):
        return self.client.call("DeleteDebuginfo", {"gnuBuildId": build_id}, SERVICE)

    def list(self):
        return self.client.call("ListDebuginfo", {}, SERVICE).get("object", [])

    def whole(self, build_id, data):
        self.begin(build_id)
        answer = self.send(build_id, data)
        if answer[0] == 200:
            self.finish(build_id)
        return answer


class DebugInfo(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.close)

    def server(self, *flags):
        server = hearth(self.folder.path, *flags)
        self.addCleanup(server.close)
        return server.start()

    def stored(self):
        """Files below the folder of uploads, by path within it."""
        root = pathlib.Path(self.folder.path, "data", "ingester", "debug-info")
        return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}

    def test_a_program_is_kept(self):
        data, build_id = program(self.folder.path)
        server = self.server()
        uploader = Uploader(server.client)
        self.assertEqual(uploader.begin(build_id), (True, FIRST))
        self.assertEqual(uploader.send(build_id, data), (200, ""))
        self.assertEqual(uploader.finish(build_id), {})
        name = f"files/anonymous/{build_id}.elf"
        self.assertEqual(self.stored(), {name: data})
        server.kill()
        server.start()
        self.assertEqual(self.stored(), {name: data})
        one, = uploader.list()
        self.assertEqual(one["file"]["gnuBuildId"], build_id)
        self.assertEqual((one["state"], one["sizeBytes"]), ("STATE_UPLOADED", str(len(data))))
        self.assertFalse(uploader.begin(build_id)[0])
        self.assertEqual(uploader.delete(build_id), {})
        self.assertEqual((self.stored(), uploader.list()), ({}, []))

    def test_a_system_program_and_a_compressed_one(self):
        uploader = Uploader(self.server().client)
        data = pathlib.Path("/bin/ls").read_bytes()
        notes = subprocess.run(["readelf", "-n", "/bin/ls"], check=True, capture_output=True, text=True).stdout
        build_id = re.search(r"Build ID: ([0-9a-f]+)", notes)[1]
        uploader.begin(build_id)
        status, text = uploader.send(build_id, iter([data[:10_000], data[10_000:]]))
        self.assertEqual((status, text), (200, ""))
        own, own_id = program(self.folder.path)
        packed = subprocess.run(["gzip", "-c"], input=own, capture_output=True, check=True).stdout
        uploader.begin(own_id)
        self.assertEqual(uploader.send(own_id, packed, {"Content-Encoding": "gzip"}), (200, ""))
        self.assertEqual(self.stored(), {
            f"files/anonymous/{build_id}.elf": data, f"files/anonymous/{own_id}.elf": own,
        })

    def test_what_is_not_the_program_is_refused(self):
        data, build_id = program(self.folder.path)
        uploader = Uploader(self.server("-debug-info.max-upload-size=100000").client)
        other = "00" * 20
        for name, sent, expected, text in [
            (other, data, 400, f"upload failed: the ELF file has the build id {build_id}, not {other}"),
            (build_id, b"\x7fELF not really", 400, "upload failed: the ELF file is cut off"),
            (build_id, data[:-1], 400, "upload failed: the ELF file is cut off"),
            (build_id, bytes(100_001), 413, "upload failed: the file has 100001 bytes"),
        ]:
            uploader.begin(name)
            status, body = uploader.send(name, sent)
            self.assertEqual(status, expected, body)
            self.assertTrue(body.startswith(text), body)
            with self.assertRaises(Failure) as refused:
                uploader.finish(name)
            self.assertEqual(refused.exception.status, 400)
        self.assertEqual(self.stored(), {})

    def test_killed_in_the_middle_of_an_upload(self):
        data, build_id = program(self.folder.path)
        server = self.server("-debug-info.upload-stale-period=0s")
        uploader = Uploader(server.client)
        uploader.begin(build_id)
        large = data + bytes(12 << 20)
        with socket.create_connection(("127.0.0.1", server.port)) as connection:
            head = f"POST /{SERVICE}/Upload/{build_id} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(large)}\r\n\r\n"
            connection.sendall(head.encode() + large[: 8 << 20])
            wait_until(lambda: any(name.startswith("tmp/") for name in self.stored()), 20, "bytes on the disk")
            server.kill()
        server.start()
        self.assertEqual(self.stored(), {})
        one, = uploader.list()
        self.assertEqual(one.get("state", "STATE_UPLOADING"), "STATE_UPLOADING")
        with self.assertRaises(Failure) as refused:
            uploader.finish(build_id)
        self.assertIn("no uploaded file found", refused.exception.message)
        # The upload that was asked for is still open.
        self.assertEqual(uploader.send(build_id, data), (200, ""))
        self.assertEqual(uploader.finish(build_id), {})

    def test_uploads_take_no_memory(self):
        data, build_id = program(self.folder.path)
        server = self.server("-server.http-inflight-bytes-limit=16777216")
        uploader = Uploader(server.client)
        uploader.begin(build_id)
        before = self.resident(server)
        # Bytes behind the table of sections belong to no section: still the same program.
        self.assertEqual(uploader.send(build_id, data + bytes(200 << 20)), (200, ""))
        self.assertLess(self.resident(server) - before, 64 << 20)

    @staticmethod
    def resident(server):
        text = pathlib.Path(f"/proc/{server.child.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+) kB", text)[1]) << 10


class DebugInfoInACluster(unittest.TestCase):
    def test_files_lie_with_the_ingesters(self):
        cluster = Cluster(self)
        uploader = Uploader(cluster.distributor.client)
        programs = {}
        for index in range(8):
            # The name of the source is in the file, and so in its id.
            data, build_id = program(cluster.folder.path, f"shop{index}")
            programs[build_id] = data
            wait_until(lambda: uploader.whole(build_id, data)[0] in (200, 412), 20, "upload")
        self.assertEqual({one["file"]["gnuBuildId"] for one in uploader.list()}, set(programs))
        self.assertTrue(all(one["state"] == "STATE_UPLOADED" for one in uploader.list()))
        files = [p for p in pathlib.Path(cluster.folder.path).rglob("debug-info/files/anonymous/*.elf")]
        self.assertEqual({p.stem: p.read_bytes() for p in files}, programs)
        self.assertEqual(len({p.parts[:-4] for p in files}), 2, "both ingesters hold some")
        wrong = next(iter(programs.values()))
        uploader.begin("00" * 20)
        status, body = uploader.send("00" * 20, wrong)
        self.assertEqual(status, 400, body)
        self.assertIn("has the build id", body)
        for build_id in programs:
            uploader.delete(build_id)
        self.assertEqual([p for p in pathlib.Path(cluster.folder.path).rglob("debug-info/**/*.elf")], [])


if __name__ == "__main__":
    unittest.main()
