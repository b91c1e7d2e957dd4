#!/bin/sh
# SPDX-License-Identifier: MIT
# Every C file is as .clang-format wants it. lint: format.sh ROOT
set -eu
cd "$1"
command -v clang-format >/dev/null || { echo "clang-format is not installed"; exit 1; }

found=$(
    for file in $(find stream_core dac_drivers jack_bridge tests -name '*.[ch]' | sort); do
        clang-format --style=file "$file" | cmp -s - "$file" ||
            echo "$file: please run clang-format -i $file"
    done
)
[ -z "$found" ] || { echo "$found"; exit 1; }
