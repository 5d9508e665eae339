#!/usr/bin/env bash
# Builds one libFuzzer program per decoder and runs each for its share of FUZZ_SECONDS (60 in all by default).
# run.sh BUILD_FOLDER TALLY_FOLDER; a crash, a leak of time or memory is a failure, its input is kept.
# SPDX-License-Identifier: Apache-2.0
set -uo pipefail
cd "$(dirname "$0")/../.."
build=$1
tally=$2
mkdir -p "$build" "$tally"

export HEARTH_FUZZ=1
swift build -c release --scratch-path "$build" --sanitize=fuzzer -Xswiftc -parse-as-library 2>&1 | grep -E 'error:|Compiling|Build' | tail -5
targets=()
for source in Tests/Fuzz/*Fuzz.swift; do targets+=("$(basename "$source" .swift)"); done
share=$((${FUZZ_SECONDS:-60} / ${#targets[@]}))
[ "$share" -gt 0 ] || share=1

passed=0
failed=0
for name in "${targets[@]}"; do
    corpus="$build/corpus/$name"
    mkdir -p "$corpus" "$build/findings"
    seeds=()
    [ -d "Tests/Fixtures/Fuzz/$name" ] && seeds=("Tests/Fixtures/Fuzz/$name")
    if "$build/release/$name" -max_total_time="$share" -timeout=5 -malloc_limit_mb=512 -rss_limit_mb=1024 -max_len=65536 \
        -print_final_stats=0 -verbosity=0 -artifact_prefix="$build/findings/$name-" "$corpus" "${seeds[@]}" \
        >"$build/$name.log" 2>&1; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "$name failed:"
        tail -30 "$build/$name.log"
    fi
done
echo "$passed $failed" >"$tally/fuzz.tally"
echo "fuzz: $passed passed, $failed failed"
[ "$failed" -eq 0 ]
