#!/bin/sh
# SPDX-License-Identifier: MIT
# Every source has its test, in the folder that mirrors its own, and the test is built.
# lint: mirrored_tests.sh ROOT
# Exceptions, each with its reason, are in tests/lint/mirrored_tests.exceptions.
set -eu
cd "$1"
exceptions=tests/lint/mirrored_tests.exceptions

tested() {
    test=test_${1##*/}
    folder=tests/${1%/*}
    folder=${folder#tests/tests/}
    folder=tests/${folder#tests/}
    path=$folder/$test
    [ -f "$path" ] || { echo "no $path"; return; }
    grep -qw "${test%.c}" "$folder/CMakeLists.txt" 2>/dev/null || echo "$path is not built"
}

found=$(
    for part in stream_core dac_drivers jack_bridge sim; do
        folder=$part
        [ $part != sim ] || folder=tests/sim
        find $folder -name '*.c' ! -name 'test_*' | sort | while read -r source; do
            missing=$(tested "$source")
            if grep -q "^$source[[:space:]]" $exceptions; then
                [ -n "$missing" ] || echo "$source has a test and needs no exception"
            elif [ -n "$missing" ]; then
                echo "$source: $missing"
            fi
        done
    done
    grep -v '^#' $exceptions | while read -r source reason; do
        [ -f "$source" ] || echo "$exceptions: $source does not exist"
        [ -n "$reason" ] || echo "$exceptions: $source without a reason"
    done
)
[ -z "$found" ] || { echo "$found"; exit 1; }
