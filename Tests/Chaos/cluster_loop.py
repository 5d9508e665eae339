#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Kills ingesters and Postgres of a loaded cluster with SIGKILL; no acknowledged profile may be lost or doubled.

A profile that is sent again while its ingester is away goes to another one: with one copy of everything it counts
twice when its first one was stored. Those are told apart and counted; what was sent once counts once, always.
"""

import http.client
import json
import os
import pathlib
import signal
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from loadtest import CPU, Judge, Load, parsed  # noqa: E402
from hearthtest import pprof  # noqa: E402
from hearthtest.client import Failure  # noqa: E402
from hearthtest.postgres import Postgres  # noqa: E402
from hearthtest.process import ROOT, Folder, Process, free_port, wait_until  # noqa: E402

sys.path.insert(0, str(ROOT / "Deploy" / "cluster"))
from cluster import commands  # noqa: E402


class Cluster:
    """Postgres, a distributor, two ingesters and a querier."""

    def __init__(self, folder, flush_period):
        self.postgres = Postgres(folder.path).start()
        ports = [free_port() for _ in range(4)]
        self.processes = {}
        for name, arguments in commands(folder.path, self.postgres.url, ports[0], ports[1], ports[2:]):
            port = next(int(one.split("=")[1]) for one in arguments if one.startswith("-server.http-listen-port="))
            extra = ["-log.level=error"]
            if name == "hearth-ingester":
                extra += [f"-ingester.flush-period={flush_period}", "-ingester.heartbeat-period=500ms"]
            one = Process(name, [*arguments, *extra], pathlib.Path(folder.path), port)
            self.processes.setdefault(name, []).append(one)
            one.start()
        self.folder = folder.path
        self.ingesters = self.processes["hearth-ingester"]
        self.writer = self.processes["hearth-distributor"][0].client
        self.reader = self.processes["hearth-querier"][0].client

    def kill_postgres(self):
        """SIGKILL to the server and all its children at once."""
        pid = int((self.postgres.data / "db" / "postmaster.pid").read_text().split()[0])
        family = [pid, *map(int, pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
        for one in family:
            kill(one)
        wait_until(lambda: not any(map(is_alive, family)), 10, "end of Postgres")
        # Where nobody reaps orphans the server would take its dead predecessor for a running one.
        for left in [self.postgres.data / "db" / "postmaster.pid", *self.postgres.data.glob(".s.PGSQL.*")]:
            left.unlink()

    def interrupt(self, rng, tally):
        choice = rng.random()
        if choice < 0.4:
            victims = [rng.choice(self.ingesters)]
            tally["one ingester"] += 1
        elif choice < 0.6:
            victims = self.ingesters
            tally["all ingesters"] += 1
        else:
            self.kill_postgres()
            victims = []
            tally["Postgres"] += 1
            if rng.random() < 0.6:
                time.sleep(rng.uniform(0, 0.5))
                victims = [rng.choice(self.ingesters)]
                tally["an ingester while Postgres is away"] += 1
        for victim in victims:
            victim.child.kill()
        for victim in victims:
            victim.child.wait(10)
        time.sleep(rng.uniform(0, 0.4))
        for victim in victims:
            victim.start()
        if choice >= 0.6:
            time.sleep(rng.uniform(0, 0.5))
            self.postgres.start()

    def is_whole(self):
        """Whether every ingester takes profiles and every one answers."""
        now = int(time.time() * 1000)
        try:
            for number in range(16):
                labels = {"__name__": "memory", "service_name": "probe", "pod": str(number)}
                self.writer.push(labels, probe())
            status, _, _ = self.reader.request(
                "POST", "/querier.v1.QuerierService/SelectMergeStacktraces?partial=deny",
                json.dumps({"profileTypeID": CPU, "labelSelector": "{}", "start": now - 3_600_000, "end": now}),
                {"Content-Type": "application/json"},
            )
            return status == 200
        except (Failure, OSError, EOFError, http.client.HTTPException):
            return False

    def waiting(self):
        return list(self.folder.glob("ingester-*/ingester/pending/*.pblk"))

    def close(self):
        for group in self.processes.values():
            for one in group:
                one.close()
        self.postgres.close()


def probe():
    return pprof.build(
        [(("probe",), [1], {})], types=(("inuse_space", "bytes"),), period=("space", "bytes", 1),
        time_nanos=time.time_ns(),
    )


def is_alive(pid):
    try:
        return "zombie" not in pathlib.Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def kill(pid):
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass  # it ended by itself


def main(arguments=None):
    options, rng = parsed(__doc__, arguments, rounds=12, flush_period="300ms")
    folder = Folder()
    cluster = Cluster(folder, options.flush_period)
    load = Load(options.senders)
    judge = Judge(load, may_repeat=True)
    tally = dict.fromkeys(("one ingester", "all ingesters", "Postgres", "an ingester while Postgres is away"), 0)
    try:
        wait_until(cluster.is_whole, 20, "the cluster")
        for number in range(1, options.rounds + 1):
            load.start(cluster.writer)
            time.sleep(rng.uniform(0.1, 0.7))
            cluster.interrupt(rng, tally)
            load.stop()
            wait_until(cluster.is_whole, 30, "the cluster after the kill")
            load.settle(cluster.writer)
            if number % 4 == 0 or number == options.rounds:
                count = judge.check(cluster.reader)
                print(
                    f"round {number}: {len(load.acknowledged)} acknowledged, {count} found, {judge.repeats} of "
                    f"{len(load.repeated)} that were sent again count twice; killed: {tally}", flush=True,
                )
        wait_until(lambda: not cluster.waiting(), 30, "publication of all blocks")
        judge.check(cluster.reader)
    except SystemExit:
        for one in cluster.ingesters:
            print(one.tail(2000), file=sys.stderr)
        raise
    finally:
        cluster.close()
        folder.close()
    return len(load.acknowledged)


if __name__ == "__main__":
    main()
