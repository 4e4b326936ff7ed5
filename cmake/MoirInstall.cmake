# What cmake --install puts where, the CMake package "moir", moir.pc, and packages of the distribution (cpack -G DEB).
# Nothing of it contains the prefix: an installed tree may be moved.
include(CMakePackageConfigHelpers)

# FROM and TO are folders below the prefix, or absolute. Gives "../lib" and the like; TO itself when it is absolute.
function(moir_relative result from to)
  if(IS_ABSOLUTE "${to}" OR IS_ABSOLUTE "${from}")
    set(relative "${to}")
  else()
    file(RELATIVE_PATH relative "/prefix/${from}" "/prefix/${to}")
  endif()
  set(${result} "${relative}" PARENT_SCOPE)
endfunction()

set(MOIR_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/moir)
set(MOIR_DOC_DIR ${CMAKE_INSTALL_DATADIR}/doc/moir)  # the same paths as in the source tree: links lead somewhere

# Programs, the shared library they need, and texts: component "runtime". All else is for developers.
get_property(programs GLOBAL PROPERTY MOIR_PROGRAMS)
moir_relative(libraries_from_programs ${CMAKE_INSTALL_BINDIR} ${CMAKE_INSTALL_LIBDIR})
if(IS_ABSOLUTE "${libraries_from_programs}")
  set(rpath ${libraries_from_programs})
else()
  set(rpath $ORIGIN/${libraries_from_programs})
endif()
set_target_properties(mo ${programs} PROPERTIES INSTALL_RPATH ${rpath})
install(TARGETS mo ${programs} RUNTIME COMPONENT runtime)
install(TARGETS template_layer binary_layers private_losses
        LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}/moir/extensions COMPONENT runtime)
install(FILES README.md LICENSE DESTINATION ${MOIR_DOC_DIR} COMPONENT runtime)
install(FILES LICENSE DESTINATION ${MOIR_DOC_DIR} RENAME copyright COMPONENT runtime)
foreach(text c_api engine_api extending faq interoperability interoperability_onnx model_families operators performance
             verification)
  install(FILES docs/${text}.md DESTINATION ${MOIR_DOC_DIR}/docs COMPONENT runtime)
endforeach()
install(FILES examples/digits/digits-0010.params examples/digits/digits-symbol.json examples/digits/digits.labels
              examples/digits/digit_3.png examples/digits/digit_5.png examples/digits/digit_8.png
              examples/digits/README.md
        DESTINATION ${MOIR_DOC_DIR}/examples/digits COMPONENT runtime)

install(DIRECTORY examples/consumer DESTINATION ${MOIR_DOC_DIR}/examples COMPONENT development)
install(DIRECTORY extensions/ DESTINATION ${MOIR_DOC_DIR}/extensions COMPONENT development
        FILES_MATCHING PATTERN *.cpp PATTERN binary_kernels.h)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/moir-dev RENAME copyright COMPONENT development)

# For plug-ins: two headers, and no library.
add_library(moir_extension_headers INTERFACE)
set_target_properties(moir_extension_headers PROPERTIES EXPORT_NAME extension)
target_compile_features(moir_extension_headers INTERFACE cxx_std_17)
target_include_directories(moir_extension_headers INTERFACE $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/extensions>
                           $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/moir/extension>)
install(FILES extensions/extension.h extensions/extension_api.h
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/moir/extension COMPONENT development)
install(TARGETS moir_extension_headers EXPORT moirTargets)

if(MOIR_ENABLE_RUNTIME)
  install(DIRECTORY include/moir DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT development)
  if(MOIR_SHARED)
    install(TARGETS moir_shared EXPORT moirTargets
            LIBRARY COMPONENT runtime NAMELINK_COMPONENT development)
  endif()
  if(MOIR_STATIC)
    # Apart, because only programs that link it need what it needs.
    install(TARGETS moir_static EXPORT moirStaticTargets ARCHIVE COMPONENT development)
    install(EXPORT moirStaticTargets NAMESPACE moir:: DESTINATION ${MOIR_CMAKE_DIR} COMPONENT development)
  endif()

  moir_relative(MOIR_PC_PREFIX ${CMAKE_INSTALL_LIBDIR}/pkgconfig .)
  configure_file(cmake/moir.pc.in moir.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/moir.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
          COMPONENT development)
endif()
install(EXPORT moirTargets NAMESPACE moir:: DESTINATION ${MOIR_CMAKE_DIR} COMPONENT development)
configure_package_config_file(cmake/moirConfig.cmake.in moirConfig.cmake INSTALL_DESTINATION ${MOIR_CMAKE_DIR}
                              NO_SET_AND_CHECK_MACRO)
if(PROJECT_VERSION_MAJOR EQUAL 0)
  set(compatibility SameMinorVersion)
else()
  set(compatibility SameMajorVersion)
endif()
write_basic_package_version_file(moirConfigVersion.cmake COMPATIBILITY ${compatibility})
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/moirConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/moirConfigVersion.cmake
        DESTINATION ${MOIR_CMAKE_DIR} COMPONENT development)

# Debian packages: moir (programs and shared library) and moir-dev.
set(CPACK_PACKAGE_NAME moir)
set(CPACK_PACKAGE_CONTACT "moir developers <moir@example.org>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Converts MXNet models to IR and runs them on CPUs")
set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_COMPONENTS_ALL runtime development)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS OFF)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_NAME moir)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SECTION science)
set(CPACK_DEBIAN_RUNTIME_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
set(CPACK_COMPONENT_RUNTIME_DESCRIPTION
    "The model optimizer mo takes trained Apache MXNet checkpoints to IR files. The
 engine, libmoir, runs these with oneDNN; infer, classification_sample,
 object_detection_sample_ssd and validation_app are its programs.")
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_NAME moir-dev)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_DEPENDS "moir (= ${PROJECT_VERSION})")
# Of the static library alone.
set(CPACK_DEBIAN_DEVELOPMENT_PACKAGE_SUGGESTS "libdnnl-dev, libpugixml-dev, ocl-icd-opencl-dev")
set(CPACK_COMPONENT_DEVELOPMENT_DESCRIPTION
    "Headers of libmoir for C++ and C, the static library, files for CMake and
 pkg-config, headers for plug-ins, and examples.")
include(CPack)
