# How every target of the project is compiled: one interface target instead of global flags.
find_program(MOIR_CCACHE ccache)
if(MOIR_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Relative paths in the key keep the cache useful between build folders and clones.
  set(MOIR_CCACHE_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros ${MOIR_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${MOIR_CCACHE_LAUNCHER})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${MOIR_CCACHE_LAUNCHER})
endif()

add_library(moir_options INTERFACE)
target_compile_features(moir_options INTERFACE cxx_std_20)
target_include_directories(moir_options INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/include)
target_compile_options(moir_options INTERFACE
  -Wall -Wextra -Wshadow $<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor> $<$<COMPILE_LANGUAGE:CXX>:-Woverloaded-virtual>
  -Wno-missing-field-initializers
  -fvisibility=hidden $<$<COMPILE_LANGUAGE:CXX>:-fvisibility-inlines-hidden>  # see include/moir/export.h
  -ffp-contract=off)  # one rounding per operation: plain evaluation gives the same numbers on every CPU
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 reports impossible sizes inside its own std::string at -O3 (GCC bug 105329 and relatives).
  target_compile_options(moir_options INTERFACE -Wno-stringop-overflow -Wno-stringop-overread -Wno-restrict
                         -Wno-array-bounds)
endif()
if(MOIR_WARNINGS_AS_ERRORS)
  target_compile_options(moir_options INTERFACE -Werror)
endif()
if(MOIR_SANITIZE OR MOIR_SANITIZE_THREAD)
  # Compressed debug information, which the sanitizers' stack traces read as well: a fifth less in objects and programs.
  target_compile_options(moir_options INTERFACE -gz)
  target_link_options(moir_options INTERFACE -gz)
endif()
if(MOIR_SANITIZE)
  target_compile_options(moir_options INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  # At fixed addresses: the sanitizers' tables need millions of relocations otherwise, a quarter of a program's size.
  target_link_options(moir_options INTERFACE -fsanitize=address,undefined
                      $<$<STREQUAL:$<TARGET_PROPERTY:TYPE>,EXECUTABLE>:-no-pie>)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # The sanitizers' checks hide from GCC that std::regex and std::optional write before they read (GCC bug 105562).
    target_compile_options(moir_options INTERFACE -Wno-maybe-uninitialized)
  endif()
endif()
if(MOIR_SANITIZE_THREAD)
  if(MOIR_SANITIZE)
    message(FATAL_ERROR "MOIR_SANITIZE and MOIR_SANITIZE_THREAD exclude each other")
  endif()
  target_compile_options(moir_options INTERFACE -fsanitize=thread -fno-omit-frame-pointer)
  target_link_options(moir_options INTERFACE -fsanitize=thread)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # The sanitizer's calls hide from GCC what std::variant and its like hold.
    target_compile_options(moir_options INTERFACE -Wno-tsan -Wno-maybe-uninitialized -Wno-free-nonheap-object)
  endif()
endif()

# moir_static_library(NAME SOURCES...): for targets of this build alone. The archive only says where its objects are, which
# saves a second copy of them on disk; what is installed needs plain add_library.
execute_process(COMMAND ${CMAKE_AR} --help OUTPUT_VARIABLE MOIR_AR_HELP ERROR_QUIET)
function(moir_static_library name)
  add_library(${name} STATIC ${ARGN})
  if(MOIR_AR_HELP MATCHES "--thin")
    set_target_properties(${name} PROPERTIES STATIC_LIBRARY_OPTIONS --thin)
  endif()
endfunction()

# moir_precompile(TARGET HEADERS...): the standard library's headers that nearly every file reads, and HEADERS, compiled
# once: half a second less per file. Developers with several checkouts may prefer CMAKE_DISABLE_PRECOMPILE_HEADERS=ON:
# ccache shares between folders only what was compiled without one.
function(moir_precompile target)
  target_precompile_headers(${target} PRIVATE <algorithm> <cmath> <cstdint> <functional> <map> <memory> <optional> <set>
                            <span> <string> <string_view> <unordered_map> <variant> <vector> ${ARGN})
endfunction()

# moir_test_isa(NAME ISA): the program of moir_test(NAME) once more, on a CPU that has no newer instructions than ISA.
function(moir_test_isa name isa)
  add_test(NAME ${name}_${isa} COMMAND moir_${name}_tests)
  moir_test_environment(${name}_${isa} MOIR_MAX_ISA=${isa})
endfunction()

# moir_test_environment(NAME [VARIABLE=VALUE...]): what every test gets, and more. Test programs run side by side:
# threads that spin while they wait would take the cores from each other, and two runs of one program would give their
# reports the same name.
function(moir_test_environment name)
  set_tests_properties(${name} PROPERTIES ENVIRONMENT
    "OMP_WAIT_POLICY=passive;GTEST_OUTPUT=xml:${CMAKE_BINARY_DIR}/test-results/${name}.xml;${ARGN}")
endfunction()

# moir_test(NAME LIBRARIES...): tests/NAME/**/*_test.cpp as one GoogleTest program.
function(moir_test name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*_test.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(moir_${name}_tests ${sources})
  target_link_libraries(moir_${name}_tests PRIVATE moir_test_support ${ARGN})
  target_precompile_headers(moir_${name}_tests REUSE_FROM moir_test_support)
  add_test(NAME ${name} COMMAND moir_${name}_tests)
  moir_test_environment(${name})
endfunction()
