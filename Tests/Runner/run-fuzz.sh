#!/usr/bin/env bash
# Builds one libFuzzer program per decoder and runs each for its share of FUZZ_SECONDS (60 in all by default).
# run-fuzz.sh BUILD_FOLDER TALLY_FOLDER; a crash, a slow input or too much memory is a failure, its input is kept.
# SPDX-License-Identifier: Apache-2.0
set -uo pipefail
cd "$(dirname "$0")/../.."
build=$1
tally=$2
swift=${SWIFT:-swift}
mkdir -p "$build/corpus" "$build/findings" "$tally"

targets=()
for source in Tests/Fuzz/*Fuzz.swift; do targets+=("$(basename "$source" .swift)"); done

if ! HEARTH_FUZZ=1 "$swift" build -c release --scratch-path "$build" --sanitize=fuzzer \
    -Xswiftc -parse-as-library >"$build/build.log" 2>&1; then
    grep -E 'error:' "$build/build.log" | head -30
    tail -10 "$build/build.log"
    echo "0 ${#targets[@]}" >"$tally/fuzz.tally"
    echo "fuzz: the fuzzers do not build"
    exit 1
fi

share=$((${FUZZ_SECONDS:-60} / ${#targets[@]}))
[ "$share" -gt 0 ] || share=1
passed=0
failed=0
for name in "${targets[@]}"; do
    corpus="$build/corpus/$name"
    mkdir -p "$corpus"
    seeds=()
    [ -d "Tests/Fixtures/Fuzz/$name" ] && seeds=("Tests/Fixtures/Fuzz/$name")
    if "$build/release/$name" -max_total_time="$share" -timeout=5 -rss_limit_mb=1024 \
        -max_len=65536 -print_final_stats=0 -verbosity=0 -artifact_prefix="$build/findings/$name-" \
        "$corpus" "${seeds[@]}" >"$build/$name.log" 2>&1; then
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
