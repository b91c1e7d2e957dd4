# SPDX-License-Identifier: MIT
# BEAMJACK_VERSION, as core.h says it.
include_guard(GLOBAL)
set(BEAMJACK_VERSION)
foreach(part MAJOR MINOR PATCH)
    file(STRINGS ${CMAKE_CURRENT_LIST_DIR}/../include/beamjack/core.h line
        REGEX "^#define BEAMJACK_VERSION_${part} [0-9]+")
    string(REGEX REPLACE ".* " "" number "${line}")
    list(APPEND BEAMJACK_VERSION ${number})
endforeach()
list(JOIN BEAMJACK_VERSION "." BEAMJACK_VERSION)
