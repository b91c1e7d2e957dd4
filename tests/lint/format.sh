#!/bin/sh
# SPDX-License-Identifier: MIT
# Every C file is as .clang-format wants it. lint: format.sh ROOT
set -eu
cd "$1"
command -v clang-format >/dev/null || { echo "clang-format is not installed"; exit 1; }
clang-format --style=file --dump-config >/dev/null # a broken .clang-format is a failure too

found=$(
    find stream_core dac_drivers jack_bridge tests docs -name '*.[ch]' -print0 |
        xargs -0 clang-format --style=file --dry-run 2>&1 | grep -oE '^[^: ]+\.[ch]:' |
        sort -u | sed 's/\(.*\):/\1: please run clang-format -i \1/'
)
[ -z "$found" ] || { echo "$found"; exit 1; }
