#!/bin/sh
# SPDX-License-Identifier: MIT
# docs/SAFETY.md: every limit names where it is enforced and a test that proves it, and both
# exist. lint: safety.sh ROOT
# A row reads | limit | `file` ... | `tests/.../file` `name` `name` ... |
set -eu
cd "$1"

names() {
    echo "$1" | grep -oE '`[^`]+`' | tr -d '`'
}

found=$(
    sed -n '/^| Limit /,/^$/p' docs/SAFETY.md | tail -n +3 | grep '^|' |
        while IFS='|' read -r _ limit where proof _; do
            names "$where" | grep -q '\.[ch]$' || echo "$limit: no file enforces it"
            file= tests=0
            for name in $(names "$proof"); do
                case $name in
                tests/*) file=$name
                    [ -f "$file" ] || echo "$limit: $file does not exist" ;;
                *) tests=$((tests + 1))
                    grep -qsF "$name" "$file" || echo "$limit: no $name in ${file:-no file}" ;;
                esac
            done
            [ $tests -gt 0 ] || echo "$limit: no test proves it"
        done
    grep -q '^| Limit ' docs/SAFETY.md || echo "docs/SAFETY.md has no table of limits"
)
[ -z "$found" ] || { echo "$found"; exit 1; }
