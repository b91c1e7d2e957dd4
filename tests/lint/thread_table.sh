#!/bin/sh
# SPDX-License-Identifier: MIT
# docs/THREADS.md names every function of the public headers and every slot of a driver,
# and says what the headers say. lint: thread_table.sh ROOT
set -eu
cd "$1"
table=docs/THREADS.md

# "NAME THREAD" for each public function; THREAD is `-` when its comment names none.
declared() {
    cat stream_core/include/beamjack/*.h dac_drivers/include/beamjack/*.h | awk '
        /^\/\*/ { comment = "" }
        /^\/\*/, /\*\// { comment = comment " " $0; next }
        /^BJ_API/ {
            line = $0
            while (line !~ /\(/ && (getline more) > 0) line = line " " more
            sub(/\(.*/, "", line); sub(/.*[ *]/, "", line)
            thread = "-"
            if (comment ~ /Any thread/) thread = "any"
            else if (comment ~ /JACK process thread/) thread = "jack-rt"
            else if (comment ~ /Engine thread/) thread = "engine"
            else if (comment ~ /(Main|Control) thread|One thread \(control\)/) thread = "main"
            print line, thread
            next
        }
        /^$/ { comment = "" }'
}

slots() {
    sed -n '/^struct bj_dac_driver {/,/^};/s/.*(\*\([a-z_]*\))(.*/\1/p' \
        stream_core/include/beamjack/driver.h
}

# The row of a name: its cells after the first, as words; "**yes**" counts as "yes".
row() {
    grep -E "^\|[^|]*\`$1\`" $table | head -n 1 | cut -d'|' -f3- | tr -d '*'
}

cell() {
    echo "$1" | cut -d'|' -f"$2" | grep -q yes
}

says() { # CELLS THREAD
    case $2 in
    main) cell "$1" 1 ;;
    jack-rt) cell "$1" 2 ;;
    engine) cell "$1" 4 ;;
    any) cell "$1" 1 && cell "$1" 2 && cell "$1" 3 && cell "$1" 4 ;;
    *) true ;;
    esac
}

found=$(
    grep -q '^| Function | main | jack-rt | jack-note | engine |' $table ||
        echo "$table: the columns are not main, jack-rt, jack-note, engine"
    declared | while read -r name thread; do
        cells=$(row "$name")
        if [ -z "$cells" ]; then
            echo "$table: no row for $name"
        elif ! says "$cells" "$thread"; then
            echo "$table: the header says $name is for: $thread; the row says: $cells"
        fi
    done
    slots | while read -r slot; do
        [ -n "$(row "$slot")" ] || echo "$table: no row for the driver slot $slot"
    done
)
[ -z "$found" ] || { echo "$found"; exit 1; }
