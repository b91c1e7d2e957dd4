#!/bin/sh
# SPDX-License-Identifier: MIT
# Each public function has a comment right above it, for Doxygen, that names its thread.
# lint: header_docs.sh ROOT
set -eu
cd "$1"

found=$(
    for header in stream_core/include/beamjack/*.h dac_drivers/include/beamjack/*.h; do
        awk -v header="$header" '
            /^\/\*/ { comment = ""; open = 1 }
            open { comment = comment " " $0; if (/\*\//) open = 0; next }
            /^(BJ_API|static inline)/ {
                line = $0
                while (line !~ /\(/ && (getline more) > 0) line = line " " more
                sub(/\(.*/, "", line); sub(/.*[ *]/, "", line)
                if (comment !~ /^ \/\*\*/ || comment !~ /[tT]hread/)
                    print header ": no comment with a thread above " line
            }
            { comment = "" }' "$header"
    done
)
[ -z "$found" ] || { echo "$found"; exit 1; }
