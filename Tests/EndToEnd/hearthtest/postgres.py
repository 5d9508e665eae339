# SPDX-License-Identifier: Apache-2.0
"""A private PostgreSQL server for a test: own folder, own port, gone at the end."""

import glob
import os
import pathlib
import subprocess

from .process import free_port


class Postgres:
    """Runs as the user `postgres` when we are root, because the server refuses to run as root."""

    def __init__(self, folder: pathlib.Path):
        versions = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
        if not versions:
            raise RuntimeError("no PostgreSQL server is installed (make test-deps)")
        self.bin, self.port = versions[-1], free_port()
        self.data = folder / "postgres"
        self.data.mkdir()
        self.prefix = []
        if os.geteuid() == 0:
            os.chmod(folder, 0o755)
            subprocess.run(["chown", "postgres", self.data], check=True)
            self.prefix = ["runuser", "-u", "postgres", "--"]
        self._run("initdb", "-D", str(self.data / "db"), "-A", "trust", "-U", "hearth", "-E", "UTF8", "--no-sync")

    def _run(self, command, *arguments):
        done = subprocess.run(
            [*self.prefix, f"{self.bin}/{command}", *arguments], capture_output=True, text=True, cwd="/", timeout=120
        )
        if done.returncode:
            raise RuntimeError(f"{command}: {done.stdout}{done.stderr}")

    def start(self):
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -k {self.data} -c max_connections=60"
        self._run("pg_ctl", "-D", str(self.data / "db"), "-w", "-l", str(self.data / "log"), "-o", options, "start")
        return self

    def stop(self, mode="fast"):
        self._run("pg_ctl", "-D", str(self.data / "db"), "-w", "-m", mode, "stop")

    def close(self):
        try:
            self.stop("immediate")
        except RuntimeError:
            pass

    @property
    def url(self):
        return f"postgres://hearth@127.0.0.1:{self.port}/postgres"
