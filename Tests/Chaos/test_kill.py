# SPDX-License-Identifier: Apache-2.0
"""The short forms of the kill loops (`make chaos` is the long one)."""

import unittest

import cluster_loop
import kill_loop


class Kill(unittest.TestCase):
    def test_fifty_kills_lose_nothing_and_count_nothing_twice(self):
        self.assertGreater(kill_loop.main(["--rounds", "50"]), 200)

    def test_kills_lose_nothing_when_nothing_was_flushed(self):
        self.assertGreater(kill_loop.main(["--rounds", "8", "--flush-period", "5m"]), 200)

    def test_kills_of_ingesters_and_of_postgres_lose_nothing_and_count_nothing_twice(self):
        self.assertGreater(cluster_loop.main(["--rounds", "10"]), 200)


if __name__ == "__main__":
    unittest.main()
