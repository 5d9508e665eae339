#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs Hearth as separate processes on this machine: Postgres, a distributor, two ingesters, a querier.

Clients write to the distributor (4040) and read from the querier (4041), which serves the web page too.
A deployment puts one proxy in front of both. Ctrl-C ends all of it.
"""

import argparse
import pathlib
import signal
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "Deploy"), str(ROOT / "Tests" / "EndToEnd")]
from children import end, wait_any, wait_ready  # noqa: E402


def commands(folder: pathlib.Path, catalog: str, distributor: int, querier: int, ingesters: list[int]):
    """(name, arguments) of every process, in the order to start them."""
    common = ["-server.http-listen-address=127.0.0.1", f"-catalog.url={catalog}"]
    for number, port in enumerate(ingesters):
        yield "hearth-ingester", [
            *common, f"-server.http-listen-port={port}", f"-data-path={folder}/ingester-{number}",
            f"-ingester.instance-id=ingester-{number}", f"-ingester.instance-addr=127.0.0.1:{port}",
        ]
    yield "hearth-querier", [*common, f"-server.http-listen-port={querier}"]
    yield "hearth-distributor", [*common, f"-server.http-listen-port={distributor}"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", default="build/bin")
    parser.add_argument("--data", default="./data/cluster")
    parser.add_argument("--port", type=int, default=4040)
    parser.add_argument("--catalog", help="URL of a Postgres that runs already")
    options = parser.parse_args()
    folder = pathlib.Path(options.data).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    postgres = None
    catalog = options.catalog
    if not catalog:
        from hearthtest.postgres import Postgres
        from hearthtest.process import Folder

        scratch = Folder()
        postgres = Postgres(scratch.path).start()
        catalog = postgres.url
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    children = []
    try:
        for name, arguments in commands(folder, catalog, options.port, options.port + 1, [options.port + 2, options.port + 3]):
            child = subprocess.Popen([f"{options.bin}/{name}", *arguments])
            children.append(child)
            port = next(int(one.split("=")[1]) for one in arguments if one.startswith("-server.http-listen-port="))
            wait_ready(f"http://127.0.0.1:{port}", child)
        print(f"\n  Send to http://127.0.0.1:{options.port}, look at http://127.0.0.1:{options.port + 1}\n", flush=True)
        wait_any(children)
    except KeyboardInterrupt:
        pass
    finally:
        end(children, 60)
        if postgres:
            postgres.close()
            scratch.close()


if __name__ == "__main__":
    main()
