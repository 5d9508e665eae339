#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the Swift tests and writes how many passed and failed: run_swift_tests.py TALLY_FOLDER COMMAND...

The good inputs of the tests end up in TALLY_FOLDER/seeds, a folder per fuzzer, for run-fuzz.sh.

One test after another: all at once they would share two or so threads, and what waits for time or for peers would
fail because others compute. The groups only keep a hang or a crash from hiding the rest. A run that crashes, hangs or
ends early counts as a failure, and so does every test that began and never ended.
"""

import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import time

# One run's name, what it adds to the command, and after how many seconds it counts as hung.
RUNS = [
    ("swift", ["--skip", "HTTPServerTests|PostgresClientTests|CatalogStoreTests"], 600),
    ("swift-postgres", ["--filter", "PostgresClientTests|CatalogStoreTests"], 300),
    ("swift-http-server", ["--filter", "HTTPServerTests"], 300),
]

MARK = r"^(?:[^\w\s]+\s+)"
NAME = r"Test (?!run with|case )(?P<name>\"(?:[^\"\\]|\\.)*\"|\S+\(.*?\))"
STARTED = re.compile(MARK + NAME + r" started\.")
ENDED = re.compile(MARK + NAME + r" (?:with \d+ test cases? )?(?P<how>passed|failed) after ")
RUN_ENDED = re.compile(MARK + r"Test run with (\d+) tests?.* (?:passed|failed) after ")
WORTH_SHOWING = re.compile(r"^✘|^↳|^➜|Fatal error|^error: ")


class Count:
    """What the lines of one run tell."""

    def __init__(self) -> None:
        self.open: dict[str, int] = {}
        self.passed = self.failed = 0
        self.has_ended = False

    def take(self, line: str) -> None:
        if match := STARTED.match(line):
            self.open[match["name"]] = self.open.get(match["name"], 0) + 1
        elif match := ENDED.match(line):
            # Names are not unique across suites: a counter per name.
            self.open[match["name"]] = self.open.get(match["name"], 0) - 1
            if match["how"] == "passed":
                self.passed += 1
            else:
                self.failed += 1
        elif RUN_ENDED.match(line):
            self.has_ended = True

    def unfinished(self) -> list[str]:
        return sorted(name for name, count in self.open.items() if count > 0)


def end(child: subprocess.Popen) -> None:
    """Ends the run with all its children."""
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass
    child.wait()


def run(name: str, command: list[str], seconds: int, tally: pathlib.Path) -> bool:
    log = tally / f"{name}.log"
    begin = time.monotonic()
    with log.open("wb") as output:
        child = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            status = child.wait(timeout=seconds)
        except subprocess.TimeoutExpired:
            end(child)
            status = None
        except KeyboardInterrupt:
            end(child)
            raise
    lines = log.read_text(errors="replace").splitlines()
    count = Count()
    for line in lines:
        count.take(line)
    shown = [line for line in lines if WORTH_SHOWING.search(line)]
    if shown:
        print("\n".join(shown[:100]))

    failed = count.failed
    how = f"hung for {seconds} s" if status is None else f"ended with status {status}"
    if status != 0 and failed == 0 or not count.has_ended:
        print("\n".join(lines[-40:]))
        print(f"{name}: the run {how}; not finished: {', '.join(count.unfinished()) or 'nothing'}")
        failed += max(1, len(count.unfinished()))
    (tally / f"{name}.tally").write_text(f"{count.passed} {failed}\n")
    print(f"{name}: {count.passed} passed, {failed} failed in {time.monotonic() - begin:.0f} s", flush=True)
    return failed == 0


def main() -> int:
    tally = pathlib.Path(sys.argv[1])
    seeds = tally.resolve() / "seeds"
    shutil.rmtree(seeds, ignore_errors=True)
    seeds.mkdir(parents=True)
    os.environ["HEARTH_SEEDS"] = str(seeds)
    outcomes = [run(name, sys.argv[2:] + ["--no-parallel"] + more, seconds, tally) for name, more, seconds in RUNS]
    return 0 if all(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())
