# SPDX-License-Identifier: Apache-2.0
"""Processes of Hearth as children: waiting until they serve, ending them in order."""

import subprocess
import sys
import time
import urllib.error
import urllib.request


def wait_ready(url: str, child: subprocess.Popen):
    while child.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/ready", timeout=1)
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    sys.exit(f"{child.args[0]} ended with status {child.returncode}")


def wait_any(children: list[subprocess.Popen]):
    """Returns when the first of them has ended."""
    while all(child.poll() is None for child in children):
        time.sleep(0.3)


def end(children: list[subprocess.Popen], seconds: float):
    """Asks the youngest first; each may take `seconds` for its flush."""
    for child in reversed(children):
        child.terminate()
    for child in children:
        child.wait(seconds)
