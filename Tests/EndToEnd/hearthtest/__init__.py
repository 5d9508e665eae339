# SPDX-License-Identifier: Apache-2.0
"""What the tests with real processes share: running servers, building and reading pprof, asking the API."""
