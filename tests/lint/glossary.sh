#!/bin/sh
# SPDX-License-Identifier: MIT
# docs/GLOSSARY.md explains every public type. lint: glossary.sh ROOT
set -eu
cd "$1"

found=$(
    grep -hoE '^(struct|enum) bj_[a-z_]+' stream_core/include/beamjack/*.h \
        dac_drivers/include/beamjack/*.h | sort -u | while read -r kind name; do
        grep -q "\`$name\`" docs/GLOSSARY.md || echo "docs/GLOSSARY.md: nothing about $kind $name"
    done
)
[ -z "$found" ] || { echo "$found"; exit 1; }
