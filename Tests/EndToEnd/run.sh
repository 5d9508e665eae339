#!/usr/bin/env bash
# Runs the tests with real processes: run.sh FOLDER_OF_EXECUTABLES TALLY_FOLDER
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
cd "$(dirname "$0")/../.."
export HEARTHTEST_BIN="$PWD/$1"
tally=$2
mkdir -p "$tally"

venv=.build/venv
[ -x $venv/bin/python ] || python3 -m venv $venv
$venv/bin/python -c 'import pyroscope, selenium, google.protobuf, h2, grpc' 2>/dev/null ||
    $venv/bin/pip install --quiet --disable-pip-version-check pyroscope-io selenium protobuf h2 grpcio
exec $venv/bin/python Tests/EndToEnd/run.py "$tally"
