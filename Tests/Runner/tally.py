#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Adds up the result files of the test runs and prints the closing line "N passed, N failed"."""

import pathlib
import sys


def main() -> int:
    passed = failed = 0
    files = sorted(pathlib.Path(sys.argv[1]).glob("*.tally"))
    for file in files:
        one_passed, one_failed = (int(word) for word in file.read_text().split())
        print(f"{file.stem}: {one_passed} passed, {one_failed} failed")
        passed += one_passed
        failed += one_failed
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not files else 0


if __name__ == "__main__":
    sys.exit(main())
