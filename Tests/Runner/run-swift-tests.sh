#!/usr/bin/env bash
# Runs the Swift tests and writes how many passed and failed: run-swift-tests.sh TALLY_FOLDER COMMAND...
# The server's own load tests run alone: other suites on the same cores would spoil what they measure.
# SPDX-License-Identifier: Apache-2.0
set -uo pipefail
tally=$1
shift

run() {
    local name=$1 log="$tally/$1.log"
    shift
    "$@" >"$log" 2>&1
    local status=$?
    grep -E '^(✘|↳)|Fatal error|error:|skipped' "$log" | head -80
    local failed total
    failed=$(grep -cE '^✘ Test .*(failed|recorded)' "$log" || true)
    failed=$(grep -E '^✘ Test [^r].* failed after' "$log" | grep -vc 'Test run with' || true)
    total=$(grep -oE 'Test run with [0-9]+ tests?' "$log" | tail -1 | grep -oE '[0-9]+' || echo 0)
    if [ "$status" -ne 0 ] && [ "$failed" -eq 0 ]; then
        echo "$name: the runner ended with status $status"
        tail -40 "$log"
        failed=1
    fi
    [ "$total" -ge "$failed" ] || total=$failed
    echo "$((total - failed)) $failed" >"$tally/$name.tally"
    echo "$name: $((total - failed)) passed, $failed failed"
}

run swift "$@" --skip HTTPServerTests
run swift-http-server "$@" --filter HTTPServerTests
