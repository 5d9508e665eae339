# SPDX-License-Identifier: Apache-2.0
"""Starting, stopping and killing real servers, each with a folder and ports of its own."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from .client import Client

ROOT = pathlib.Path(__file__).resolve().parents[3]
SHARED = ROOT.parent / "shared"
BIN = pathlib.Path(os.environ.get("HEARTHTEST_BIN", ROOT / "build" / "bin"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(condition, seconds=30, what="condition"):
    """Polls until `condition()` is true; returns its value."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"{what}: not within {seconds} s")


class Process:
    """One executable with its log in a file."""

    def __init__(self, name: str, arguments: list[str], folder: pathlib.Path, port: int, environment=None):
        self.name, self.arguments, self.folder, self.port = name, arguments, folder, port
        self.environment = {**os.environ, **(environment or {})}
        self.log = folder / f"{name}-{port}.log"
        self.child = None

    def start(self, wait=True):
        with open(self.log, "ab") as log:
            self.child = subprocess.Popen(
                [BIN / self.name, *self.arguments], stdout=log, stderr=log, stdin=subprocess.DEVNULL, cwd=self.folder,
                env=self.environment,
            )
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self, seconds=60):
        def ready():
            if self.child.poll() is not None:
                raise AssertionError(f"{self.name} ended with {self.child.returncode}:\n{self.tail()}")
            return self.client.ready()

        try:
            wait_until(ready, seconds, f"{self.name} ready")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.tail()}") from None

    @property
    def client(self) -> Client:
        return Client(self.port)

    def tail(self, count=4000):
        return self.log.read_text(errors="replace")[-count:] if self.log.exists() else ""

    def stop(self, seconds=30) -> int:
        """SIGTERM and wait; returns the exit status."""
        self.child.send_signal(signal.SIGTERM)
        return self.child.wait(seconds)

    def kill(self):
        self.child.kill()
        self.child.wait(10)

    def close(self):
        if self.child and self.child.poll() is None:
            self.kill()


class Folder:
    """A temporary folder that goes at the end; `HEARTHTEST_KEEP=1` keeps it."""

    def __init__(self):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="hearth-test-"))

    def close(self):
        if not os.environ.get("HEARTHTEST_KEEP"):
            shutil.rmtree(self.path, ignore_errors=True)


UNLIMITED = [
    "-validation.reject-older-than=0", "-validation.reject-newer-than=0", "-querier.max-query-lookback=0",
    "-distributor.ingestion-rate-limit-mb=10000", "-distributor.ingestion-burst-size-mb=10000",
]


def hearth(folder: pathlib.Path, *extra: str, port: int | None = None) -> Process:
    """The all-in-one on a port and a data folder of its own (not started)."""
    port = port or free_port()
    return Process("hearth", [
        "-server.http-listen-address=127.0.0.1", f"-server.http-listen-port={port}", f"-data-path={folder}/data", *extra,
    ], folder, port)
