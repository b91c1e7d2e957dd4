#!/bin/sh
# SPDX-License-Identifier: MIT
# Every source names its licence at the top. lint: spdx.sh ROOT
set -eu
cd "$1"

sources() {
    find stream_core dac_drivers jack_bridge tests CMakeLists.txt .ci .clang-tidy -type f \
        \( -name '*.[ch]' -o -name '*.sh' -o -name '*.py' -o -name '*.cmake' \
        -o -name CMakeLists.txt -o -path '.ci/*' -o -name .clang-tidy -o -name run \
        -o -name demo \) | sort
}

found=$(
    for file in $(sources); do
        head -n 3 "$file" | grep -q 'SPDX-License-Identifier: MIT' ||
            echo "$file: no SPDX-License-Identifier: MIT in its first lines"
    done
)
[ -z "$found" ] || { echo "$found"; exit 1; }
