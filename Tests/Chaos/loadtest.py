# SPDX-License-Identifier: Apache-2.0
"""What the chaos tests share: senders of numbered profiles, and a judge of the answers.

Each profile carries a value of its own in a stack of its own, so an answer tells which profiles are there and how
often. Profiles without an acknowledgement are sent again with the same bytes and id, as a client would.
"""

import argparse
import http.client
import pathlib
import random
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "EndToEnd"))
from hearthtest import pprof, process  # noqa: E402
from hearthtest.client import Failure  # noqa: E402

CPU = "process_cpu:cpu:nanoseconds:cpu:nanoseconds"
SERVICES = 3


def parsed(description, arguments, rounds, flush_period):
    """Options of a loop, and its generator of chance; the seed is printed, so that a run can be repeated."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--bin")
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--senders", type=int, default=4)
    parser.add_argument("--flush-period", default=flush_period)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    options = parser.parse_args(arguments)
    if options.bin:
        process.BIN = pathlib.Path(options.bin).resolve()
    print(f"seed {options.seed}", flush=True)
    return options, random.Random(options.seed)


class Sender(threading.Thread):
    """Pushes numbered profiles one after the other and remembers which were acknowledged."""

    def __init__(self, client, number, start):
        super().__init__(daemon=True)
        self.client, self.number, self.next = client, number, start
        self.acknowledged, self.unsure, self.recent, self.repeated, self.stopped = {}, [], [], set(), False

    def run(self):
        while not self.stopped:
            identity = f"{self.number}-{self.next}"
            body = pprof.build(
                [(("root", f"stack-{identity}"), [self.next + 1], {"phase": f"phase-{self.number % 2}"})],
                time_nanos=time.time_ns(),
            )
            self.next += 1
            self.send(identity, body)
            if self.next % 7 == 0 and self.recent:
                # A client that never saw its acknowledgement: counts once all the same.
                self.repeated.add(f"stack-{self.recent[0][0]}")
                self.push(*self.recent[0])

    def push(self, identity, body):
        labels = {
            "__name__": "process_cpu", "service_name": f"service-{self.number % SERVICES}", "sender": str(self.number),
        }
        try:
            self.client.push(labels, body, identity)
            return True
        except (Failure, OSError, EOFError, http.client.HTTPException):
            return False

    def send(self, identity, body):
        if self.push(identity, body):
            self.acknowledged[f"stack-{identity}"] = int(identity.split("-")[1]) + 1
            self.recent = [*self.recent[-3:], (identity, body)]
        else:
            self.unsure.append((identity, body))
            if not self.stopped:
                time.sleep(0.01)


class Load:
    """Senders that go on from where the last ones ended, and all that was ever acknowledged."""

    def __init__(self, count):
        self.count, self.next = count, 0
        self.acknowledged, self.repeated, self.senders = {}, set(), []

    def start(self, client):
        self.senders = [Sender(client, number, self.next) for number in range(self.count)]
        for sender in self.senders:
            sender.start()

    def stop(self):
        for sender in self.senders:
            sender.stopped = True

    def settle(self, client):
        """Sends again what was not acknowledged; it must be taken now."""
        self.stop()
        for sender in self.senders:
            sender.join(60)
            sender.client = client
            waiting, sender.unsure = sender.unsure, []
            for identity, body in waiting:
                self.repeated.add(f"stack-{identity}")
                sender.send(identity, body)
            if sender.unsure:
                raise SystemExit("a push to a ready server failed")
            self.acknowledged.update(sender.acknowledged)
            self.repeated |= sender.repeated
        self.next = max(sender.next for sender in self.senders)


class Judge:
    """Holds every kind of answer against what was acknowledged."""

    def __init__(self, load, may_repeat=False):
        self.load, self.may_repeat, self.repeats = load, may_repeat, 0

    def check(self, client):
        """Flame graph, timeline and labels; returns how many profiles there are."""
        found = {stack[-1]: value for stack, value in client.stacks(CPU, "{}").items()}
        self._stacks(found)
        if not self.may_repeat and len(found) != len(self.load.acknowledged):
            raise SystemExit(f"{len(found) - len(self.load.acknowledged)} profiles that nobody sent")
        self._timeline(client, sum(found.values()))
        self._labels(client, found)
        return len(found)

    def _stacks(self, found):
        acknowledged = self.load.acknowledged
        missing = [name for name in acknowledged if name not in found]
        wrong = []
        self.repeats = 0
        for name, value in acknowledged.items():
            if name in found and found[name] != value:
                if self.may_repeat and name in self.load.repeated and found[name] == 2 * value:
                    self.repeats += 1
                else:
                    wrong.append((name, found[name], value))
        if missing or wrong:
            raise SystemExit(f"LOST {len(missing)} {missing[:5]}, COUNTED WRONG {len(wrong)} {wrong[:5]}")

    @staticmethod
    def _timeline(client, expected):
        for group in ([], ["service_name"], ["sender", "phase"]):
            total = series_total(client, group)
            if total != expected:
                raise SystemExit(f"the timeline by {group} sums up to {total}, the flame graph to {expected}")

    def _labels(self, client, found):
        senders = {name.split("-")[1] for name in found}
        now = int(time.time() * 1000)
        window = {"start": now - 3_600_000, "end": now + 60_000}
        names = set(client.call("LabelNames", window).get("names", []))
        if not {"service_name", "sender", "phase", "__profile_type__"} <= names:
            raise SystemExit(f"label names: {sorted(names)}")
        values = set(client.call("LabelValues", {"name": "sender", **window}).get("names", []))
        if values != senders:
            raise SystemExit(f"values of sender: {sorted(values)}, expected {sorted(senders)}")
        series = client.call("Series", {"labelNames": ["service_name"], "matchers": [], **window}).get("labelsSet", [])
        services = {label["value"] for one in series for label in one["labels"]}
        if services - {"probe"} != {f"service-{int(number) % SERVICES}" for number in senders}:
            raise SystemExit(f"services: {sorted(services)}")


def series_total(client, group):
    now = int(time.time() * 1000)
    answer = client.call("SelectSeries", {
        "profileTypeID": CPU, "labelSelector": "{}", "groupBy": group, "step": 15, "start": now - 3_600_000,
        "end": now + 60_000,
    })
    return round(sum(point.get("value", 0) for one in answer.get("series", []) for point in one["points"]))


class Watcher(threading.Thread):
    """Asks for the total all the time: it never falls below what was acknowledged before the question."""

    def __init__(self, client, load):
        super().__init__(daemon=True)
        self.client, self.load, self.stopped, self.failure, self.count = client, load, False, None, 0

    def sums(self):
        """What was acknowledged in this life of the server, and what was sent."""
        before = sum(self.load.acknowledged.values())
        least, most = before, before
        for sender in self.load.senders:
            least += sum(list(sender.acknowledged.values()))
            most += sum(range(self.load.next + 1, sender.next + 2))
        return least, most

    def run(self):
        while not self.stopped and not self.failure:
            least, _ = self.sums()
            try:
                total = self.client.total(CPU, "{}")
            except (Failure, OSError, EOFError, http.client.HTTPException):  # the server is being killed
                time.sleep(0.01)
                continue
            _, most = self.sums()
            self.count += 1
            if not least <= total <= most:
                self.failure = f"the total was {total}, neither below {least} nor above {most} is right"
