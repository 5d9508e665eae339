#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs every test_*.py beside it and in Tests/Chaos; writes how many passed and failed."""

import pathlib
import sys
import unittest

HERE = pathlib.Path(__file__).resolve().parent


class Counted(unittest.TextTestResult):
    """Counts tests: one with several broken subtests is one, a class that was left out is none."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.passed = 0

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1

    def failed(self) -> int:
        broken = [test for test, _ in self.failures + self.errors]
        return len({getattr(test, "test_case", test).id() for test in broken} | set(self.unexpectedSuccesses))


def main() -> int:
    sys.path[:0] = [str(HERE), str(HERE.parent / "Chaos")]
    pattern = sys.argv[2] if len(sys.argv) > 2 else "test_*.py"
    suite = unittest.TestSuite()
    for folder in (HERE, HERE.parent / "Chaos", HERE.parent / "Conformance"):
        if folder.is_dir():
            suite.addTests(unittest.TestLoader().discover(str(folder), pattern=pattern, top_level_dir=str(folder)))
    result = unittest.TextTestRunner(verbosity=2, buffer=False, resultclass=Counted).run(suite)
    passed, failed = result.passed, result.failed()
    for test, reason in result.skipped:
        print(f"skipped: {test}: {reason}")
    pathlib.Path(sys.argv[1], "end-to-end.tally").write_text(f"{passed} {failed}\n")
    print(f"end to end: {passed} passed, {failed} failed, {len(result.skipped)} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
