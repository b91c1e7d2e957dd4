#!/bin/sh
# SPDX-License-Identifier: MIT
# CMake lists the sources in the order in which docs/ARCHITECTURE.md tells the way of a
# point, and neither forgets one. lint: flow_order.sh ROOT
set -eu
cd "$1"

built() {
    sed -n '/^set([a-z_]*$/,/^)$/s/^    \([a-z0-9_/]*\.c\)$/\1/p
        s/^add_executable([a-z]* \(.*\.c\))$/\1/p' "$1/CMakeLists.txt"
}

told() {
    sed -n "/^## $1/,/^## [^$]/p" docs/ARCHITECTURE.md |
        sed -n 's/^| *`\([a-z0-9_/]*\.c\)`.*/\1/p'
}

present() {
    (cd "$1" && find . -name '*.c' | sed 's|^\./||' | sort)
}

compare() {
    [ "$2" = "$3" ] || { echo "$1:"; echo "$2" >"$a"; echo "$3" >"$b"; diff "$a" "$b" || true; }
}

a=$(mktemp)
b=$(mktemp)
trap 'rm -f "$a" "$b"' EXIT
found=$(
    for part in stream_core dac_drivers jack_bridge; do
        compare "$part/CMakeLists.txt (<) and docs/ARCHITECTURE.md (>) differ" \
            "$(built $part)" "$(told $part)"
        compare "$part/CMakeLists.txt (<) and the folder (>) differ" \
            "$(built $part | sort)" "$(present $part)"
    done
)
[ -z "$found" ] || { echo "$found"; exit 1; }
