# SPDX-License-Identifier: Apache-2.0
"""A shop under the Pyroscope SDK, CPU and memory: shop.py URL TENANT SECONDS."""

import hashlib
import sys
import time

import pyroscope


def hash_order(count):
    return [hashlib.sha256(str(one).encode()).hexdigest() for one in range(count)]


def fill_shelf(shelf):
    shelf.append(bytearray(4 << 20))
    del shelf[:-4]


def main():
    url, tenant, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
    pyroscope.configure(
        application_name="shop.live", server_address=url, tenant_id=tenant, tags={"region": "eu-west"},
        report_thread_name=True, upload_interval=1, mem_enabled=True,
    )
    shelf, until = [], time.monotonic() + seconds
    while time.monotonic() < until:
        with pyroscope.tag_wrapper({"vehicle": "käse/1"}):
            hash_order(20_000)
        fill_shelf(shelf)
    pyroscope.shutdown()


if __name__ == "__main__":
    main()
