# SPDX-License-Identifier: MIT
# What all parts share: language, warnings, sanitizers, visibility.
include_guard(GLOBAL)
include(GNUInstallDirs)

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "Build type" FORCE)
endif()

add_compile_definitions(_GNU_SOURCE)
add_compile_options(-Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes
                    -Wpointer-arith -Wcast-qual -Wwrite-strings -Wvla -Wimplicit-fallthrough)
option(BEAMJACK_WERROR "Warnings are errors: for those who change beamjack" OFF)
if(BEAMJACK_WERROR)
    add_compile_options(-Werror)
endif()
if(BEAMJACK_SANITIZE)
    add_compile_options(-fsanitize=${BEAMJACK_SANITIZE} -fno-omit-frame-pointer
                        -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${BEAMJACK_SANITIZE})
endif()
