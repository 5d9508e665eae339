#!/usr/bin/env bash
# Builds one libFuzzer program per decoder and runs each for its share of FUZZ_SECONDS (60 in all by default).
# run-fuzz.sh BUILD_FOLDER TALLY_FOLDER; a crash, a slow input or too much memory is a failure, its input is kept.
# Each begins with the seeds that the Swift tests left in TALLY_FOLDER/seeds and those in Tests/Fixtures/Fuzz; where the
# tests left some, a fuzzer without any of theirs is a failure too.
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

if [ ! -d "$tally/seeds" ]; then
    echo "fuzz: no seeds of the tests in $tally/seeds; make test-swift leaves them there"
fi

# fuzz NAME: runs each seed once, then mutations of them for the share of time.
fuzz() {
    local name=$1 folder seeds=()
    mkdir -p "$build/corpus/$name"
    for folder in "$tally/seeds/$name" "Tests/Fixtures/Fuzz/$name"; do
        [ -d "$folder" ] && seeds+=("$folder")
    done
    if [ -d "$tally/seeds" ] && [ -z "$(find "$tally/seeds/$name" -type f -size +0 2>/dev/null)" ]; then
        echo "no test leaves a seed for it (FuzzSeed.save)"
        return 1
    fi
    local options=(-timeout=5 -rss_limit_mb=1024 -max_len=65536 -print_final_stats=0 -verbosity=0
        -artifact_prefix="$build/findings/$name-")
    if [ ${#seeds[@]} -gt 0 ]; then
        "$build/release/$name" "${options[@]}" -runs=0 "${seeds[@]}" || return 1
    fi
    "$build/release/$name" "${options[@]}" -max_total_time="$share" "$build/corpus/$name" "${seeds[@]}"
}

share=$((${FUZZ_SECONDS:-60} / ${#targets[@]}))
[ "$share" -gt 0 ] || share=1
passed=0
failed=0
for name in "${targets[@]}"; do
    if fuzz "$name" >"$build/$name.log" 2>&1; then
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
