#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Starts hearth and a small program under the real Pyroscope SDK, prints where to look. Ctrl-C ends both."""

import argparse
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from children import end, wait_any, wait_ready  # noqa: E402

VENV = HERE.parents[1] / ".build" / "demo-venv"


def ensure_sdk() -> pathlib.Path:
    """A virtual environment with the SDK, made once."""
    python = VENV / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", VENV], check=True)
    if subprocess.run([python, "-c", "import pyroscope"], capture_output=True).returncode:
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "pyroscope-io"], check=True)
    return python


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", default="build/bin")
    parser.add_argument("--port", default="4040")
    parser.add_argument("--data", default="./data")
    options = parser.parse_args()
    python = ensure_sdk()
    url = f"http://127.0.0.1:{options.port}"
    children = [subprocess.Popen([f"{options.bin}/hearth", f"-server.http-listen-port={options.port}", f"-data-path={options.data}"])]
    try:
        wait_ready(url, children[0])
        children.append(subprocess.Popen([python, HERE / "workload.py", url]))
        print(f"\n  Hearth is at {url}\n  The first flame graph of `hearth-demo` appears within 15 seconds.\n", flush=True)
        wait_any(children)
    except KeyboardInterrupt:
        pass
    finally:
        end(children, 30)


if __name__ == "__main__":
    main()
