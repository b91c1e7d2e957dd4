#!/bin/sh
# SPDX-License-Identifier: MIT
# The man page is well-formed and names every option of the program. lint: man_page.sh ROOT
set -eu
cd "$1"
page=docs/beamjack.1

options() {
    grep -hoE '"--[a-z][a-z-]+' jack_bridge/*/*.c tests/sim/sim_*.c | tr -d '"' | sort -u
}

# `.It Fl \-client-name Ar NAME` and `.Fl -arm` as `--client-name`, `--arm`
documented() {
    grep -oE '(^\.|[[:space:]])Fl[[:space:]]+(\\-|-)[a-z][a-z-]+' $page |
        sed -E 's/.*Fl[[:space:]]+(\\-|-)/--/' | sort -u
}

found=$(
    command -v mandoc >/dev/null || echo "mandoc is not installed"
    mandoc -T lint -W warning $page || true
    documented >"${list:=$(mktemp)}"
    options | while read -r option; do
        grep -qx -e "$option" "$list" || echo "$page: no word about $option"
    done
    while read -r option; do
        options | grep -qx -e "$option" || echo "$page: no option $option exists"
    done <"$list"
    rm -f "$list"
)
[ -z "$found" ] || { echo "$found"; exit 1; }
