#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills a loaded hearth with SIGKILL again and again; every acknowledged profile must be there exactly once.

Each profile carries a value of its own in a stack of its own, so the answer tells which are there and how often.
Unacknowledged ones are sent again with the same bytes and id, as a client would: they too must count once.
"""

import argparse
import os
import pathlib
import random
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "EndToEnd"))
from hearthtest import pprof  # noqa: E402
from hearthtest.client import Failure  # noqa: E402
from hearthtest.process import Folder, hearth  # noqa: E402

CPU = "process_cpu:cpu:nanoseconds:cpu:nanoseconds"
SERVICES = 3


class Sender(threading.Thread):
    """Pushes numbered profiles one after the other and remembers which were acknowledged."""

    def __init__(self, client, number, start):
        super().__init__(daemon=True)
        self.client, self.number, self.next = client, number, start
        self.acknowledged, self.unsure, self.stopped = {}, [], False

    def run(self):
        while not self.stopped:
            identity = f"{self.number}-{self.next}"
            body = pprof.build([(("root", f"stack-{identity}"), [self.next + 1], {})], time_nanos=time.time_ns())
            self.next += 1
            self.send(identity, body)

    def send(self, identity, body):
        labels = {"__name__": "process_cpu", "service_name": f"service-{self.number % SERVICES}", "sender": str(self.number)}
        try:
            self.client.push(labels, body, identity)
            self.acknowledged[f"stack-{identity}"] = int(identity.split("-")[1]) + 1
            return True
        except (Failure, OSError, EOFError):
            self.unsure.append((identity, body))
            return False
        except Exception as error:  # http.client raises several kinds when a peer dies
            if type(error).__module__ != "http.client":
                raise
            self.unsure.append((identity, body))
            return False


def resend(senders):
    for sender in senders:
        waiting, sender.unsure = sender.unsure, []
        for identity, body in waiting:
            sender.send(identity, body)


def check(client, acknowledged):
    found = {stack[-1]: value for stack, value in client.stacks(CPU, "{}").items()}
    missing = [name for name in acknowledged if name not in found]
    wrong = [(name, found[name], value) for name, value in acknowledged.items() if name in found and found[name] != value]
    if missing or wrong:
        raise SystemExit(f"LOST {len(missing)} {missing[:5]}, COUNTED WRONG {len(wrong)} {wrong[:5]}")
    return len(found)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin")
    parser.add_argument("--rounds", type=int, default=50)
    parser.add_argument("--senders", type=int, default=4)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args(arguments)
    if options.bin:
        os.environ["HEARTHTEST_BIN"] = options.bin
    rng = random.Random(options.seed)
    print(f"seed {options.seed}", flush=True)
    folder = Folder()
    server = hearth(folder.path, "-ingester.flush-period=1s", "-log.level=warn")
    acknowledged, next_number = {}, 0
    try:
        server.start()
        for round_number in range(1, options.rounds + 1):
            senders = [Sender(server.client, number, next_number) for number in range(options.senders)]
            for sender in senders:
                sender.start()
            time.sleep(rng.uniform(0.02, 0.9))
            server.kill()
            for sender in senders:
                sender.stopped = True
            for sender in senders:
                sender.join(30)
            server.start()
            resend(senders)
            for sender in senders:
                if sender.unsure:
                    raise SystemExit(f"round {round_number}: a push to a ready server failed")
                acknowledged.update(sender.acknowledged)
            next_number = max(sender.next for sender in senders)
            if round_number % 5 == 0 or round_number == options.rounds:
                count = check(server.client, acknowledged)
                print(f"round {round_number}: {len(acknowledged)} acknowledged, {count} found", flush=True)
        if server.stop() != 0:
            raise SystemExit("the server did not end cleanly")
    finally:
        server.close()
        folder.close()
    return len(acknowledged)


if __name__ == "__main__":
    main()
