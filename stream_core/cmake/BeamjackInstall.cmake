# SPDX-License-Identifier: MIT
# What a library of beamjack installs: itself, its headers, a pkg-config file and a CMake
# package of the same name. NAME.pc.in lies beside the calling CMakeLists.txt.
include_guard(GLOBAL)
include(CMakePackageConfigHelpers)

# beamjack_install(beamjack-dacs AS dacs NEEDS beamjack-core PACKAGES LIBUSB libusb-1.0)
# PACKAGES: what pkg-config knows and the library uses inside, each after its CMake prefix.
function(beamjack_install target)
    cmake_parse_arguments(I "" "AS" "NEEDS;PACKAGES" ${ARGN})
    set_target_properties(${target} PROPERTIES EXPORT_NAME ${I_AS}
        VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR})
    set(package ${CMAKE_INSTALL_LIBDIR}/cmake/${target})

    install(TARGETS ${target} EXPORT ${target})
    install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
    install(EXPORT ${target} NAMESPACE beamjack:: FILE ${target}-targets.cmake
        DESTINATION ${package})

    set(config "include(CMakeFindDependencyMacro)\n")
    foreach(need ${I_NEEDS})
        string(APPEND config "find_dependency(${need})\n")
    endforeach()
    set(modules ${I_PACKAGES})
    while(modules AND NOT BUILD_SHARED_LIBS)
        list(POP_FRONT modules prefix module)
        string(APPEND config "find_dependency(PkgConfig)\n"
            "pkg_check_modules(${prefix} REQUIRED IMPORTED_TARGET ${module})\n")
        string(APPEND requires " ${module}")
    endwhile()
    string(APPEND config "include(\${CMAKE_CURRENT_LIST_DIR}/${target}-targets.cmake)\n")
    file(WRITE ${CMAKE_CURRENT_BINARY_DIR}/${target}-config.cmake ${config})
    write_basic_package_version_file(
        ${CMAKE_CURRENT_BINARY_DIR}/${target}-config-version.cmake
        COMPATIBILITY SameMinorVersion)
    install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${target}-config.cmake
        ${CMAKE_CURRENT_BINARY_DIR}/${target}-config-version.cmake DESTINATION ${package})

    # A user of a static library must name what the library itself needs.
    if(BUILD_SHARED_LIBS)
        set(libs_private "-lm -pthread")
    else()
        set(libs "-lm -pthread")
    endif()
    configure_file(${target}.pc.in ${target}.pc @ONLY)
    install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${target}.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endfunction()
