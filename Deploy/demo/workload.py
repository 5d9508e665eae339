#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A small shop that keeps two threads busy under the real Pyroscope SDK: workload.py URL [SECONDS]."""

import hashlib
import json
import re
import sys
import threading
import time

import pyroscope


def tokenise(text):
    return [word.lower() for word in re.split(r"\W+", text) if word]


def price_basket(count):
    total = 0.0
    for item in range(count):
        digest = hashlib.sha256(str(item).encode()).hexdigest()
        total += int(digest[:6], 16) % 997 / 100
    return total


def render_page(total):
    rows = [{"row": row, "total": round(total * row, 2), "words": tokenise("One basket, many things to pay for")} for row in range(60)]
    return json.dumps(rows, indent=1)


def serve(page, until):
    with pyroscope.tag_wrapper({"page": page}):
        while time.monotonic() < until:
            render_page(price_basket(400))


def main():
    url = sys.argv[1]
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 1e9
    pyroscope.configure(application_name="hearth-demo", server_address=url, tags={"region": "local"}, oncpu=True, report_thread_name=True,
                        enable_logging=False)
    until = time.monotonic() + seconds
    threads = [threading.Thread(target=serve, args=(page, until), name=f"checkout-{page}", daemon=True) for page in ("cart", "pay")]
    for thread in threads:
        thread.start()
    while time.monotonic() < until:
        time.sleep(0.2)
    pyroscope.shutdown()


if __name__ == "__main__":
    main()
