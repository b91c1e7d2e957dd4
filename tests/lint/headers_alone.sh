#!/bin/sh
# SPDX-License-Identifier: MIT
# Every header compiles by itself; the public ones in C++ too. lint: headers_alone.sh ROOT
set -eu
cd "$1"
include='-Istream_core/include -Idac_drivers/include -Istream_core -Idac_drivers -Ijack_bridge
-Itests/support -Itests/sim -Itests/dac_drivers -Itests/dac_drivers/conformance
-Itests/jack_bridge'
libusb=$(pkg-config --cflags libusb-1.0 2>/dev/null) || libusb=
include="$include $libusb"

alone() {
    header=$1
    shift
    # shellcheck disable=SC2086
    echo "#include \"$PWD/$header\"" |
        "$@" -Wall -Wextra -Wpedantic -Werror -fsyntax-only $include "-I$(dirname "$header")" \
            - 2>&1 >/dev/null ||
        echo "$header does not compile alone with: $*"
}

found=$(
    for header in $(find stream_core dac_drivers jack_bridge tests -name '*.h' | sort); do
        [ -n "$libusb" ] || ! grep -q '<libusb.h>' "$header" || continue
        alone "$header" cc -std=c11 -D_GNU_SOURCE -x c
    done
    for header in stream_core/include/beamjack/*.h dac_drivers/include/beamjack/*.h; do
        alone "$header" cc -std=c11 -x c # users have no _GNU_SOURCE
        alone "$header" c++ -std=c++11 -x c++
    done
)
[ -z "$found" ] || { echo "$found"; exit 1; }
