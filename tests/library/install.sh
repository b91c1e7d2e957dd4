# SPDX-License-Identifier: MIT
# For the tests here: $work, and $prefix in it with what BUILD installs, moved after it was
# installed elsewhere. The paths of its libraries and pkg-config files are set.
set -euo pipefail
source=$1 build=$2
work=$(mktemp -d)
trap 'kill ${pids:-} 2>/dev/null || true; rm -rf "$work"' EXIT
prefix="$work/moved here"

fail() { echo "$*" >&2; exit 1; }

cmake --install "$build" --prefix "$work/elsewhere" >"$work/install.log" 2>&1 ||
    { cat "$work/install.log"; exit 1; }
mv "$work/elsewhere" "$prefix"
libraries=$(dirname "$(find "$prefix" -name 'libbeamjack-core.so')")
export PKG_CONFIG_PATH=$libraries/pkgconfig LD_LIBRARY_PATH=$libraries

# Compiler flags, which may hold spaces and backslashes before them.
flags() { # PKG-CONFIG-ARGUMENT...: into the array `flags`
    eval "flags=($(pkg-config "$@"))"
}
