#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Adds up the results of the named runs and prints the closing line "N passed, N failed".

tally.py FOLDER NAME...; a run that left no result counts as one failure.
"""

import pathlib
import sys


def main() -> int:
    folder = pathlib.Path(sys.argv[1])
    passed = failed = 0
    print()
    for name in sys.argv[2:]:
        file = folder / f"{name}.tally"
        if not file.exists():
            print(f"{name}: did not finish")
            failed += 1
            continue
        one_passed, one_failed = (int(word) for word in file.read_text().split())
        print(f"{name}: {one_passed} passed, {one_failed} failed")
        passed += one_passed
        failed += one_failed
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
