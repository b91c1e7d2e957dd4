#!/bin/sh
# SPDX-License-Identifier: MIT
# What .ci/run shows of a row that failed says why, in few lines. lint: ci_failures.sh ROOT
set -eu
cd "$1"
log=$(mktemp)
trap 'rm -f "$log"' EXIT

failed_test() { # NUMBER NAME: its words come early, much that does not matter later
    echo "      Start $1: $2"
    echo " $1/50 Test #$1: $2 ...............***Failed    0.14 sec"
    echo "[  ERROR   ] --- what $2 said early"
    seq -f "[       OK ] case %g" 50
    seq -f "noise %g" 50
    echo "what $2 said last"
}

{
    echo " 1/50 Test #1: test_fine ...............   Passed    0.14 sec"
    echo " 2/50 Test #2: test_skipped ............***Skipped   0.02 sec"
    echo "      Start 49: test_endless"
    for k in 3 4 5 6 7 8 9 10 11 12; do failed_test $k test_$k; done
} >"$log"
shown=$(.ci/failures "$log")

expect() { # WHAT REGEX
    echo "$shown" | grep -q "$2" || echo ".ci/failures does not show $1: $2"
}

found=$(
    [ "$(echo "$shown" | wc -l)" -lt 200 ] || echo ".ci/failures shows too long a text"
    expect 'words of a test' 'what test_3 said last'
    expect 'words said early' 'what test_8 said early'
    expect 'how many more' '4 more failed'
    expect 'tests without an end' 'had no end: test_endless'
    ! echo "$shown" | grep -q 'test_skipped\|test_fine\|case 1' ||
        echo ".ci/failures shows what did not fail"
)
[ -z "$found" ] || { echo "$found"; exit 1; }
