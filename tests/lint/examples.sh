#!/bin/sh
# SPDX-License-Identifier: MIT
# The example patches load without a complaint. lint: examples.sh ROOT
# (SuperCollider's language is not installed for the tests: brackets must match, no more.)
set -eu
cd "$1"

found=$(
    for patch in docs/examples/*.pd; do
        pd -nogui -noaudio -nomidi -noprefs -batch -open "$patch" -send 'pd quit' 2>&1 |
            grep -vE '^(priority|Pd: |.*watchdog)' | sed "s|^|$patch: |"
    done
    for patch in docs/examples/*.csd; do
        csound --syntax-check-only -d -m0 "$patch" >/dev/null 2>&1 ||
            echo "$patch: csound refuses it"
    done
    for patch in docs/examples/*.scd; do
        for pair in '()' '[]' '{}'; do
            open=$(sed 's|//.*||' "$patch" | tr -cd "${pair%?}" | wc -c)
            close=$(sed 's|//.*||' "$patch" | tr -cd "${pair#?}" | wc -c)
            [ "$open" -eq "$close" ] || echo "$patch: $pair do not match"
        done
    done
)
[ -z "$found" ] || { echo "$found"; exit 1; }
