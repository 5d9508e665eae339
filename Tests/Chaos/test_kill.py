# SPDX-License-Identifier: Apache-2.0
"""The short form of the kill loop (`make chaos` is the long one)."""

import unittest

import kill_loop


class Kill(unittest.TestCase):
    def test_fifty_kills_lose_nothing_and_count_nothing_twice(self):
        self.assertGreater(kill_loop.main(["--rounds", "50"]), 200)


if __name__ == "__main__":
    unittest.main()
