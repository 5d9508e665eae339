#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills a loaded hearth with SIGKILL again and again; every acknowledged profile must be there exactly once.

Half of the kills wait for a flush to begin, some hit the start, and some are SIGTERM, once or twice. Flame graphs,
timelines and labels are checked, and totals while the load runs.
"""

import pathlib
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from loadtest import Judge, Load, Watcher, parsed  # noqa: E402
from hearthtest.process import Folder, hearth  # noqa: E402


def wait_for_flush(folder, seconds):
    """Returns when a block appears in `tmp`, or after `seconds`."""
    tmp = folder / "data" / "ingester" / "tmp"
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if any(tmp.iterdir()):
            return True
        time.sleep(0.0005)
    return False


def terminate(server, rng, tally):
    """SIGTERM under load; a second one must not hurt either."""
    server.child.send_signal(signal.SIGTERM)
    if rng.random() < 0.5:
        time.sleep(rng.uniform(0, 0.05))
        server.child.send_signal(signal.SIGTERM)
        server.child.wait(30)
        tally["twice terminated"] += 1
    elif server.child.wait(30) != 0:
        raise SystemExit(f"SIGTERM under load: status {server.child.returncode}\n{server.tail()}")
    else:
        tally["terminated"] += 1


def interrupt(server, folder, rng, tally):
    """Ends the loaded server in one of several ways."""
    choice = rng.random()
    if choice < 0.5 and wait_for_flush(folder, 1.2):
        time.sleep(rng.choice([0, 0, 0.001, 0.003, 0.01]))
        server.kill()
        tally["killed in a flush"] += 1
    elif choice < 0.85:
        time.sleep(rng.uniform(0.02, 0.6))
        server.kill()
        tally["killed"] += 1
    else:
        time.sleep(rng.uniform(0.02, 0.4))
        terminate(server, rng, tally)


def restart(server, rng, tally):
    """Starts the server, sometimes after killing it in its start once or twice."""
    while rng.random() < 0.3:
        server.start(wait=False)
        time.sleep(rng.uniform(0, 0.12))
        server.kill()
        tally["killed in its start"] += 1
    server.start()


def round_of(server, folder, load, rng, tally):
    load.start(server.client)
    watcher = Watcher(server.client, load)
    watcher.start()
    interrupt(server, folder, rng, tally)
    watcher.stopped = True
    load.stop()
    watcher.join(30)
    if watcher.failure:
        raise SystemExit(watcher.failure)
    restart(server, rng, tally)
    load.settle(server.client)
    tally["answers while loaded"] += watcher.count


def main(arguments=None):
    options, rng = parsed(__doc__, arguments, rounds=50, flush_period="200ms")
    folder = Folder()
    server = hearth(folder.path, f"-ingester.flush-period={options.flush_period}", "-log.level=warn")
    load, tally = Load(options.senders), dict.fromkeys((
        "killed", "killed in a flush", "killed in its start", "terminated", "twice terminated", "answers while loaded",
    ), 0)
    judge = Judge(load)
    try:
        server.start()
        for number in range(1, options.rounds + 1):
            round_of(server, folder.path, load, rng, tally)
            if number % 10 == 0 or number == options.rounds:
                count = judge.check(server.client)
                print(f"round {number}: {len(load.acknowledged)} acknowledged, {count} found; {tally}", flush=True)
        if server.stop() != 0:
            raise SystemExit("the server did not end cleanly")
    except SystemExit:
        print(server.tail(), file=sys.stderr)
        raise
    finally:
        server.close()
        folder.close()
    return len(load.acknowledged)


if __name__ == "__main__":
    main()
