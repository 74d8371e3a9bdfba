# SPDX-License-Identifier: Apache-2.0
# What a bureau's or a portal's engineers get: cmake --install build --prefix DIR.
include(GNUInstallDirs)
get_target_property(WF_VERSION workflow VERSION)
# The manual's example is the program that the tests run.
file(READ ${CMAKE_SOURCE_DIR}/docs/examples/bureau.c WF_EXAMPLE)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/docs/examples/bureau.c)
string(REPLACE "\\" "\\e" WF_EXAMPLE "${WF_EXAMPLE}")
string(REPLACE "-" "\\-" WF_EXAMPLE "${WF_EXAMPLE}")
configure_file(${CMAKE_SOURCE_DIR}/docs/man/libworkflow.3.in ${CMAKE_CURRENT_BINARY_DIR}/libworkflow.3 @ONLY)
# The file finds the library beside itself, so the folder may be moved; Debian's library folder is one level deeper.
string(REGEX REPLACE "[^/]+" ".." up ${CMAKE_INSTALL_LIBDIR})
configure_file(client/libworkflow.pc.in ${CMAKE_CURRENT_BINARY_DIR}/libworkflow.pc @ONLY)
install(TARGETS workflow LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES client/wf.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/libworkflow.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/libworkflow.3 DESTINATION ${CMAKE_INSTALL_MANDIR}/man3)
install(FILES ${CMAKE_SOURCE_DIR}/docs/man/bureauctl.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(PROGRAMS ${CMAKE_RUNTIME_OUTPUT_DIRECTORY}/bureauctl DESTINATION ${CMAKE_INSTALL_BINDIR})
