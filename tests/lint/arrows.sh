#!/bin/sh
# SPDX-License-Identifier: MIT
# Who knows whom: no circle of files, no arrow up. lint: arrows.sh ROOT
# A file knows another one when it includes its header or calls a function that the other one
# defines; x.c and x.h are one. The floors are in tests/lint/arrows.floors.
set -eu
cd "$1"
floors=tests/lint/arrows.floors
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# "FILE OTHER BY" for each include, and for each call of a function of another file. Comments
# and strings are no calls; names of types and members neither. A definition begins a line and
# is not static, its brace begins a line.
knows() {
    awk -v part="$1" '
        FNR == 1 { file = FILENAME; comment = hidden = 0; signature = "" }
        /^[ \t]*#[ \t]*include[ \t]*"/ {
            split($0, quoted, "\"")
            print file, part "/" quoted[2], "\"" quoted[2] "\""
            next
        }
        { gsub(/\047"\047/, " "); gsub(/"([^"\\]|\\.)*"/, " ") }
        comment { if (!sub(/^.*\*\//, "")) next; comment = 0 }
        { gsub(/\/\*([^*]|\*[^\/])*\*\//, " "); sub(/\/\/.*/, "") }
        /\/\*/ { comment = 1; sub(/\/\*.*/, "") }
        file !~ /\.c$/ { next }
        { line[++lines] = $0; of[lines] = file }
        /^[a-z_].*static |^static / { hidden = 1 }
        /^[a-z].*\(/ && !hidden { signature = $0 }
        /^[^{]*;/ { signature = "" }
        /^[{}]|;/ { hidden = 0 }
        /^\{/ && signature != "" {
            sub(/\(.*/, "", signature); sub(/.*[ *]/, "", signature)
            defined[signature] = defined[signature] file " "
            signature = ""
        }
        END {
            for (k = 1; k <= lines; k++) {
                text = line[k]
                gsub(/(struct|enum|union) +[A-Za-z0-9_]+|(\.|->)[A-Za-z0-9_]+/, " ", text)
                count = split(text, words, /[^A-Za-z0-9_]+/)
                for (w = 1; w <= count; w++) {
                    if (!(words[w] in defined)) continue
                    others = split(defined[words[w]], other, " ")
                    if (index(" " defined[words[w]], " " of[k] " ")) continue
                    for (o = 1; o <= others; o++) print of[k], other[o], words[w]
                }
            }
        }' $(find "$1" -name '*.[ch]' ! -path '*/include/*')
}

arrows() {
    sed -E 's/^([^ ]*)\.[ch] ([^ ]*)\.[ch] /\1 \2 /' "$work/knows" | awk '$1 != $2' | sort -u
}

# Whom nobody knows and who knows nobody is in no circle; what is left when they are gone is.
circles() {
    cut -d' ' -f1,2 "$work/arrows" | sort -u | tsort 2>&1 >/dev/null |
        sed 's/^tsort: //; s/^-: input contains a loop:/a circle of files:/'
}

# Files in no room, arrows up and arrows across a floor.
climbers() {
    awk -v part="$1" '
        function room(file) { sub("^" part "/", "", file); sub(/\/[^\/]*$/, "", file); return file }
        FNR == NR {
            if ($1 == part) { floors++; for (k = 2; k <= NF; k++) floor[$k] = floors }
            next
        }
        NF == 1 {
            if (!(room($1) in floor)) print $1 ": in no room of tests/lint/arrows.floors"
            next
        }
        {
            from = room($1); to = room($2)
            if (from != to && (to in floor) && floor[to] >= floor[from])
                print $1 " knows " $2 " (" $3 "), which is not below it"
        }' "$floors" "$work/files" "$work/arrows"
}

found=$(
    for part in stream_core dac_drivers jack_bridge; do
        find "$part" -name '*.[ch]' ! -path '*/include/*' | sort >"$work/files"
        knows "$part" >"$work/knows"
        arrows >"$work/arrows"
        circles
        climbers "$part"
        grep '"$' "$work/knows" | while read -r file path header; do
            [ -f "$path" ] || echo "$file includes $header: please name the room, as in" \
                '"feed/ring.h"'
        done
    done
    grep -n '#include "' stream_core/include/beamjack/*.h dac_drivers/include/beamjack/*.h |
        sed 's/$/: a public header knows public ones alone/'
    grep -rnE --include='*.[ch]' \
        'ring(\.|->)(head|tail|stamp_head|stamp_tail|lost_frames|lost_since_push)\>' \
        stream_core tests/stream_core | grep -v '^stream_core/feed/ring\.[ch]:' |
        sed 's/$/: around the ring; please ask it/'
)
[ -z "$found" ] || { echo "$found"; exit 1; }
