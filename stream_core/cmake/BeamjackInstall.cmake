# SPDX-License-Identifier: MIT
# What a library of beamjack installs: a shared and a static library, its headers, a pkg-config
# file and a CMake package of the same name. NAME.pc.in and NAME.map lie beside the calling
# CMakeLists.txt.
include_guard(GLOBAL)
include(CMakePackageConfigHelpers)

option(BUILD_SHARED_LIBS "Install shared libraries" ON)
option(BUILD_STATIC_LIBS "Install static libraries" ON)

# All objects as one, in which only the public symbols are global: a program cannot clash with
# the names inside. Without objcopy it is an archive of all objects.
function(beamjack_static_library target)
    if(NOT CMAKE_OBJCOPY)
        add_library(${target}-static STATIC $<TARGET_OBJECTS:${target}>)
        return()
    endif()
    set(object ${CMAKE_CURRENT_BINARY_DIR}/${target}.o)
    add_custom_command(OUTPUT ${object}
        COMMAND ${CMAKE_C_COMPILER} -r -nostdlib -o ${object} $<TARGET_OBJECTS:${target}>
        COMMAND ${CMAKE_OBJCOPY} --localize-hidden ${object}
        DEPENDS ${target} $<TARGET_OBJECTS:${target}>
        COMMAND_EXPAND_LISTS VERBATIM)
    add_library(${target}-static STATIC ${object})
    set_target_properties(${target}-static PROPERTIES LINKER_LANGUAGE C)
endfunction()

# The symbols of the map, and no others, with its version. SOVERSION is one more when a program
# of before would not run any more.
function(beamjack_shared_library target)
    set(map ${CMAKE_CURRENT_SOURCE_DIR}/${target}.map)
    add_library(${target}-shared SHARED $<TARGET_OBJECTS:${target}>)
    target_link_options(${target}-shared PRIVATE
        "LINKER:--version-script=${map}" "LINKER:--no-undefined" "LINKER:--as-needed")
    set_target_properties(${target}-shared PROPERTIES LINK_DEPENDS ${map} LINKER_LANGUAGE C
        VERSION ${PROJECT_VERSION} SOVERSION 0)
    if(BEAMJACK_SANITIZE) # their run-time library comes with the program
        target_link_options(${target}-shared PRIVATE "LINKER:-z,undefs")
    endif()
endfunction()

# Its paths begin where it lies, so that an installation can be moved.
function(beamjack_pkg_config target)
    set(folder ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
    if(IS_ABSOLUTE "${CMAKE_INSTALL_LIBDIR}" OR IS_ABSOLUTE "${CMAKE_INSTALL_INCLUDEDIR}")
        set(prefix ${CMAKE_INSTALL_PREFIX})
        set(libdir ${CMAKE_INSTALL_FULL_LIBDIR})
        set(includedir ${CMAKE_INSTALL_FULL_INCLUDEDIR})
    else()
        file(RELATIVE_PATH up "/${folder}" "/")
        string(REGEX REPLACE "/$" "" up "${up}")
        set(prefix "\${pcfiledir}/${up}")
        set(libdir "\${prefix}/${CMAKE_INSTALL_LIBDIR}")
        set(includedir "\${prefix}/${CMAKE_INSTALL_INCLUDEDIR}")
    endif()
    # A user of a static library must name what the library itself needs.
    list(FILTER ARGN EXCLUDE REGEX "^[A-Z]+$") # CMake's prefixes
    if(BUILD_SHARED_LIBS)
        set(private .private)
        list(JOIN ARGN " " requires_private)
    else()
        list(JOIN ARGN " " requires)
    endif()
    configure_file(${target}.pc.in ${target}.pc @ONLY)
    install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${target}.pc DESTINATION ${folder})
endfunction()

# beamjack::NAME is the shared library, or the static one in a project that says so.
function(beamjack_cmake_package target name)
    cmake_parse_arguments(I "" "" "NEEDS;FINDS;PACKAGES" ${ARGN})
    set(package ${CMAKE_INSTALL_LIBDIR}/cmake/${target})
    set(config "include(CMakeFindDependencyMacro)\n")
    foreach(need ${I_NEEDS})
        string(APPEND config "find_dependency(${need})\n")
    endforeach()
    foreach(need ${I_FINDS}) # for the static library alone
        string(APPEND config "find_package(${need} QUIET)\n")
    endforeach()
    set(modules ${I_PACKAGES})
    while(modules)
        list(POP_FRONT modules prefix module)
        string(APPEND config "find_package(PkgConfig QUIET)\nif(PkgConfig_FOUND)\n"
            "    pkg_check_modules(${prefix} QUIET IMPORTED_TARGET ${module})\nendif()\n")
    endwhile()
    string(APPEND config "set(beamjack_kinds static shared)\n"
        "if(DEFINED BUILD_SHARED_LIBS AND NOT BUILD_SHARED_LIBS)\n"
        "    set(beamjack_kinds shared static)\nendif()\n"
        "foreach(beamjack_kind \${beamjack_kinds})\n"
        "    include(\${CMAKE_CURRENT_LIST_DIR}/${target}-\${beamjack_kind}.cmake OPTIONAL)\n"
        "    if(TARGET beamjack::${name}-\${beamjack_kind})\n"
        "        set(beamjack_chosen beamjack::${name}-\${beamjack_kind})\n    endif()\n"
        "endforeach()\n"
        "if(NOT TARGET beamjack::${name})\n"
        "    add_library(beamjack::${name} ALIAS \${beamjack_chosen})\nendif()\n")
    file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/${target}-config.cmake ${config})
    write_basic_package_version_file(
        ${CMAKE_CURRENT_BINARY_DIR}/${target}-config-version.cmake
        VERSION ${PROJECT_VERSION} COMPATIBILITY SameMinorVersion)
    install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${target}-config.cmake
        ${CMAKE_CURRENT_BINARY_DIR}/${target}-config-version.cmake DESTINATION ${package})
endfunction()

# beamjack_install(beamjack-dacs AS dacs NEEDS beamjack-core LIBS Threads::Threads
#                  FINDS Threads PACKAGES LIBUSB libusb-1.0 MODULES alsa)
# NEEDS: other libraries of beamjack. LIBS: what it uses inside. FINDS: the CMake packages of
# these; PACKAGES: those of them that only pkg-config knows, each after its CMake prefix;
# MODULES: further names for pkg-config.
function(beamjack_install target)
    cmake_parse_arguments(I "" "AS" "NEEDS;LIBS;FINDS;PACKAGES;MODULES" ${ARGN})
    set(kinds)
    if(BUILD_STATIC_LIBS)
        beamjack_static_library(${target})
        list(APPEND kinds static)
    endif()
    if(BUILD_SHARED_LIBS)
        beamjack_shared_library(${target})
        list(APPEND kinds shared)
    endif()
    foreach(kind ${kinds})
        set_target_properties(${target}-${kind} PROPERTIES
            OUTPUT_NAME ${target} EXPORT_NAME ${I_AS}-${kind})
        target_include_directories(${target}-${kind} INTERFACE
            $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
        target_link_libraries(${target}-${kind} PRIVATE ${I_LIBS})
        foreach(need ${I_NEEDS})
            target_link_libraries(${target}-${kind} PUBLIC ${need}-${kind})
        endforeach()
        install(TARGETS ${target}-${kind} EXPORT ${target}-${kind})
        install(EXPORT ${target}-${kind} NAMESPACE beamjack:: FILE ${target}-${kind}.cmake
            DESTINATION ${CMAKE_INSTALL_LIBDIR}/cmake/${target})
    endforeach()
    if(NOT kinds)
        return()
    endif()
    install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
    beamjack_pkg_config(${target} ${I_PACKAGES} ${I_MODULES})
    beamjack_cmake_package(${target} ${I_AS} NEEDS ${I_NEEDS} FINDS ${I_FINDS}
        PACKAGES ${I_PACKAGES})
endfunction()
