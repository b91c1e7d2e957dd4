#!/bin/sh
# SPDX-License-Identifier: MIT
# What the documents name in `code` exists: files, functions, types; the program they show is
# the one of the examples. lint: doc_names.sh ROOT
set -eu
cd "$1"

code_words() {
    grep -HoE '`[^`]+`' README.md docs/*.md docs/dacs/*.md 2>/dev/null | tr -d '`'
}

found=$(
    code_words | sort -u | while IFS=: read -r document word; do
        case $word in
        *' '* | *'*'* | *'<'*) ;;
        bj_*[a-z0-9_] | BJ_*[A-Z0-9_] | 'bj_'*'()')
            name=${word%()}
            grep -rqw --include='*.[ch]' --include=CMakeLists.txt --include='*.cmake' \
                "$name" stream_core dac_drivers jack_bridge tests CMakeLists.txt ||
                grep -qw "$name" CMakeLists.txt CMakePresets.json ||
                echo "$document names $word, which does not exist" ;;
        BEAMJACK_*)
            grep -rqw "$word" CMakeLists.txt stream_core dac_drivers jack_bridge tests ||
                echo "$document names $word, which does not exist" ;;
        stream_core/* | dac_drivers/* | jack_bridge/* | tests/* | docs/* | .ci/*)
            [ -e "$word" ] || echo "$document names $word, which does not exist" ;;
        esac
    done
    grep -HoE '\]\([^)#]+\)' README.md docs/*.md | sed 's/](//; s/)$//' |
        while IFS=: read -r document link; do
            case $link in
            http*) ;;
            *) [ -e "$(dirname "$document")/$link" ] || echo "$document links to $link" ;;
            esac
        done
    sed -n '/^```c$/,/^```$/p' docs/LIBRARY.md | sed '1d;$d' | cmp -s - docs/examples/circle.c ||
        echo "docs/LIBRARY.md shows another program than docs/examples/circle.c"
)
[ -z "$found" ] || { echo "$found"; exit 1; }
