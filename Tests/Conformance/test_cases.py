# SPDX-License-Identifier: Apache-2.0
"""Our own exchanges, file by file in order, on one new server: they need no recordings and state what we promise.

`cases/*.json` holds lists of {name, request, response}. A body is text or a JSON value, or bytes in `base64`; of the
answer are compared: the status, the headers that are named, and `json` by value, `text` or `base64` literally.
"""

import base64
import json
import pathlib
import unittest

from hearthtest.process import UNLIMITED, Folder, hearth

CASES = pathlib.Path(__file__).resolve().parent / "cases"


class Cases(unittest.TestCase):
    def test_every_case(self):
        folder = Folder()
        self.addCleanup(folder.close)
        server = hearth(folder.path, *UNLIMITED)
        self.addCleanup(server.close)
        server.start()
        count = 0
        for path in sorted(CASES.glob("*.json")):
            for case in json.loads(path.read_text()):
                with self.subTest(f"{path.stem}: {case['name']}"):
                    self.check(server.client, case["request"], case["response"])
                count += 1
        self.assertGreater(count, 20)

    def check(self, client, request, expected):
        body = request.get("body")
        sent = body if body is None or isinstance(body, str) else json.dumps(body)
        if "base64" in request:
            sent = base64.b64decode(request["base64"])
        status, answer, headers = client.request(request["method"], request["target"], sent, request["headers"])
        self.assertEqual(status, expected["status"], answer[:500])
        headers = {name.lower(): value for name, value in headers.items()}
        for name, value in expected["headers"].items():
            self.assertEqual(headers.get(name.lower()), value)
        if "json" in expected:
            self.assertEqual(json.loads(answer), expected["json"])
        if "text" in expected:
            self.assertEqual(answer.decode(), expected["text"])
        if "base64" in expected:
            self.assertEqual(answer, base64.b64decode(expected["base64"]))


if __name__ == "__main__":
    unittest.main()
