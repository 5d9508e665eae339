# SPDX-License-Identifier: Apache-2.0
"""Hearth as separate processes with a PostgreSQL of their own, for a test that wants the cluster as it is deployed."""

import pathlib
import sys

from .postgres import Postgres
from .process import ROOT, Folder, Process, free_port, wait_until

sys.path.insert(0, str(ROOT / "Deploy" / "cluster"))
from cluster import commands  # noqa: E402


class Cluster:
    """A distributor, a querier and two ingesters; `front` are flags of the first two."""

    def __init__(self, test, *front):
        self.folder = Folder()
        test.addCleanup(self.folder.close)
        self.postgres = Postgres(self.folder.path).start()
        test.addCleanup(self.postgres.close)
        ports = [free_port() for _ in range(4)]
        self.ingesters = []
        for name, arguments in commands(self.folder.path, self.postgres.url, ports[0], ports[1], ports[2:]):
            port = next(int(one.split("=")[1]) for one in arguments if one.startswith("-server.http-listen-port="))
            flags = () if name == "hearth-ingester" else front
            process = Process(name, [*arguments, *flags], pathlib.Path(self.folder.path), port)
            test.addCleanup(process.close)
            process.start()
            if name == "hearth-ingester":
                self.ingesters.append(process)
            elif name == "hearth-querier":
                self.querier = process
            else:
                self.distributor = process
        wait_until(self.distributor.client.ready, 20, "a distributor that knows its ingesters")
