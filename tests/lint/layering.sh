#!/bin/sh
# SPDX-License-Identifier: MIT
# Dependencies point one way: who may include what. lint: layering.sh ROOT
set -eu
cd "$1"

c_headers='assert ctype errno float inttypes limits math stdalign stdarg stdatomic stdbool
stddef stdint stdio stdlib string emmintrin immintrin arm_neon'

# prints FILE:HEADER for each include of the given files; HEADER keeps its <> or ""
includes() {
    grep -HoE '^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"][^>"]*[>"]' "$@" |
        sed -E 's/:.*include[[:space:]]*/:/'
}

sources() {
    find "$@" -name '*.[ch]' | sort
}

is_c_header() {
    for name in $c_headers; do
        [ "$1" != "<$name.h>" ] || return 0
    done
    return 1
}

# The quoted header $2 is one of part $1.
is_own() {
    name=${2#\"}
    [ -f "$1/${name%\"}" ]
}

check() {
    file=$1 header=$2
    case $file in
    stream_core/*)
        case $header in
        '<beamjack/core.h>' | '<beamjack/driver.h>') return ;;
        '"'*) is_own stream_core "$header" && return ;;
        *) is_c_header "$header" && return ;;
        esac
        echo "$file includes $header: stream_core knows only C and itself" ;;
    dac_drivers/transport/* | dac_drivers/catalog/* | dac_drivers/record/points_*)
        case "$file $header" in
        dac_drivers/transport/usb/usb*' <libusb.h>') return ;;
        *' <libusb.h>')
            echo "$file includes $header: libusb is known to dac_drivers/transport/usb only"
            return ;;
        esac
        case $header in
        '<jack/'* | '<png.h>' | '<cmocka.h>') ;;
        '<'*) return ;;
        *) is_own dac_drivers "$header" && return ;;
        esac
        echo "$file includes $header: dac_drivers knows only stream_core's public headers" ;;
    dac_drivers/*)
        case $header in
        '<beamjack/'*) return ;;
        '"transport/'*) ;;
        '"'*) is_own dac_drivers "$header" && return ;;
        *) is_c_header "$header" && return ;;
        esac
        echo "$file includes $header: a driver reaches the outside only through bj_transports" ;;
    jack_bridge/jack/*) ;;
    jack_bridge/*)
        case $header in
        '<jack/'*)
            echo "$file includes $header: JACK is known to jack_bridge/jack only"
            ;;
        esac ;;
    tests/sim/*)
        name=${header#\"}
        name=${name%\"}
        case $name in
        record/points_file.h) return ;; # a format, not a driver
        *_wire.h | */*) ;;
        '<'*) return ;;
        *)
            device=$(find dac_drivers -mindepth 2 -name "$name")
            [ -n "$device" ] || return 0 ;;
        esac
        case $header in
        '"sim'* | '<'*) return ;;
        esac
        echo "$file includes $header: a simulator is independent of the driver it tests" ;;
    esac
}

outsiders() {
    for part in stream_core dac_drivers jack_bridge; do
        includes $(sources $part) /dev/null | while IFS=: read -r file header; do
            case $header in
            '"../'*) echo "$file includes $header: no path out of the folder" ;;
            esac
        done
    done
}

found=$(
    includes $(sources stream_core dac_drivers jack_bridge tests/sim) /dev/null |
        while IFS=: read -r file header; do check "$file" "$header"; done
    outsiders
)
[ -z "$found" ] || { echo "$found"; exit 1; }
