# SPDX-License-Identifier: Apache-2.0
# One function per kind of target. A folder's sources are found by name:
# *_test.cpp, *_fuzz.cpp and *_bench.cpp are never part of the library.

set(CATENA_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual
    # Designated initialisers name what matters; the rest is its default.
    -Wno-missing-field-initializers)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 sees ghosts in inlined coroutine frames and std::string (PR 105329, PR 105651).
  list(APPEND CATENA_WARNINGS -Wno-restrict -Wno-maybe-uninitialized -Wno-array-bounds
       -Wno-stringop-overflow -Wno-stringop-overread -Wno-mismatched-new-delete)
  # In a group of files it takes what is in an unnamed namespace of one for a header's.
  if(CMAKE_UNITY_BUILD)
    list(APPEND CATENA_WARNINGS -Wno-subobject-linkage)
  endif()
endif()

# Tests are checked, not measured: without optimisation their tables compile in half the time.
set(CATENA_TEST_OPTIONS -O0)

if(CATENA_SANITIZE)
  add_compile_options(-fsanitize=${CATENA_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=undefined)
  add_link_options(-fsanitize=${CATENA_SANITIZE})
  if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
    add_compile_options(-fsanitize-ignorelist=${CMAKE_SOURCE_DIR}/test/fuzz/ignorelist.txt)
  endif()
endif()
if(CATENA_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

find_program(CATENA_CCACHE ccache)
if(CATENA_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CATENA_CCACHE})
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)
endif()

# The standard library, fmt and Asio's coroutines, parsed once; for tests Catch too. Clang asks for
# the same options in user and PCH, which target_precompile_headers(REUSE_FROM) takes care of.
add_library(catena_pch OBJECT ${CMAKE_SOURCE_DIR}/cmake/pch.cpp)
add_library(catena_test_pch OBJECT EXCLUDE_FROM_ALL ${CMAKE_SOURCE_DIR}/cmake/pch.cpp)

function(catena_finish_pch)
  foreach(pch catena_pch catena_test_pch)
    target_link_libraries(${pch} PRIVATE catena_third_party)
    # g++ refuses a precompiled header made without -Wpedantic in a unit that has it.
    target_compile_options(${pch} PRIVATE ${CATENA_WARNINGS})
    target_precompile_headers(${pch} PRIVATE ${CMAKE_SOURCE_DIR}/cmake/pch.hpp)
  endforeach()
  target_precompile_headers(catena_test_pch PRIVATE <catch2/catch.hpp>)
  target_compile_options(catena_test_pch PRIVATE ${CATENA_TEST_OPTIONS})
endfunction()

function(catena_compile_settings target)
  target_compile_options(${target} PRIVATE ${CATENA_WARNINGS})
  target_precompile_headers(${target} REUSE_FROM catena_pch)
endfunction()

function(catena_test_settings target)
  target_compile_options(${target} PRIVATE ${CATENA_WARNINGS} ${CATENA_TEST_OPTIONS})
  target_precompile_headers(${target} REUSE_FROM catena_test_pch)
  # Each file of tests has rows and helpers of its own, under the same names.
  set_target_properties(${target} PROPERTIES UNITY_BUILD OFF)
endfunction()

# catena_library_in(<target> <folder> LINK <targets...>): every source of a folder and below.
function(catena_library_in target folder)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cpp)
  list(FILTER sources EXCLUDE REGEX "_(test|fuzz|bench)\\.cpp$|/main\\.cpp$")
  if(NOT sources)
    set(sources ${CMAKE_SOURCE_DIR}/cmake/empty.cpp)
  endif()
  add_library(${target} STATIC ${sources})
  target_link_libraries(${target} PUBLIC ${ARG_LINK})
  catena_compile_settings(${target})
  catena_tests_in(${target} ${folder})
  catena_fuzzers_in(${target} ${folder})
endfunction()

# catena_library(<room> LINK <targets...>): core/<room> as catena_<room>.
function(catena_library room)
  catena_library_in(catena_${room} ${CMAKE_SOURCE_DIR}/core/${room} ${ARGN})
endfunction()

# catena_plugin(<name> [LINK <targets...>]): the folder that says so as catena_plugin_<name>, linked
# into CATENA_PLUGIN_LIST: those of the tree, or some from outside. With CATENA_PLUGINS_YIELD a plugin
# of that name that is there already takes its place.
function(catena_plugin name)
  if(NOT name MATCHES "^[A-Za-z_][A-Za-z0-9_]*$")
    message(FATAL_ERROR "catena_plugin(): found '${name}', expected the name of the plugin's namespace "
      "(letters, digits and _).")
  endif()
  set(target catena_plugin_${name})
  if(NOT TARGET ${target})
    catena_library_in(${target} ${CMAKE_CURRENT_SOURCE_DIR} ${ARGN} LINK catena_plugin catena_client)
  endif()
  get_target_property(folder ${target} SOURCE_DIR)
  if(NOT folder STREQUAL CMAKE_CURRENT_SOURCE_DIR AND NOT CATENA_PLUGINS_YIELD)
    message(FATAL_ERROR "Two plugins are called '${name}': found ${folder} and "
      "${CMAKE_CURRENT_SOURCE_DIR}, expected a name for each.")
  endif()
  target_link_libraries(${CATENA_PLUGIN_LIST} PUBLIC ${target})
  set_property(TARGET ${CATENA_PLUGIN_LIST} APPEND PROPERTY CATENA_PLUGIN_NAMES ${name})
endfunction()

# catena_outside_plugin(<target> <folder> <path>): one of the folders, which must give the target a plugin.
function(catena_outside_plugin target folder path)
  get_target_property(before ${target} CATENA_PLUGIN_NAMES)
  string(MD5 name ${path})
  add_subdirectory(${path} ${CMAKE_CURRENT_BINARY_DIR}/${target}_plugins/${name})
  get_target_property(after ${target} CATENA_PLUGIN_NAMES)
  if(NOT after OR after STREQUAL before)
    message(FATAL_ERROR "CATENA_PLUGINS: found '${folder}', whose CMakeLists.txt makes no plugin, expected "
      "one with catena_plugin(NAME).")
  endif()
endfunction()

# catena_outside_plugins(<target> <folders...>): a library with the plugins of folders from outside
# of plugins/, and the function outside_plugins() that names them (plugins/registry.hpp).
function(catena_outside_plugins target)
  set(CATENA_PLUGIN_LIST ${target})
  set(source ${CMAKE_CURRENT_BINARY_DIR}/${target}.cpp)
  add_library(${target} STATIC ${source})
  target_link_libraries(${target} PUBLIC catena_plugin)
  set(paths)
  foreach(folder ${ARGN})
    get_filename_component(path ${folder} ABSOLUTE BASE_DIR ${CMAKE_SOURCE_DIR})
    if(NOT EXISTS ${path}/CMakeLists.txt)
      message(FATAL_ERROR "CATENA_PLUGINS: found '${folder}', expected a plugin's folder with a "
        "CMakeLists.txt, several with ; between them; there is no ${path}/CMakeLists.txt.")
    endif()
    if(path IN_LIST paths)
      message(FATAL_ERROR "CATENA_PLUGINS: found '${folder}' twice, expected each folder once.")
    endif()
    list(APPEND paths ${path})
    catena_outside_plugin(${target} ${folder} ${path})
  endforeach()
  get_target_property(names ${target} CATENA_PLUGIN_NAMES)
  set(declarations)
  set(entries)
  foreach(name ${names})
    if(name)
      string(APPEND declarations "namespace ${name} {\nPluginEntry entry();\n}\n")
      string(APPEND entries "      ${name}::entry(),\n")
    endif()
  endforeach()
  configure_file(${CMAKE_SOURCE_DIR}/cmake/outside_plugins.cpp.in ${source} @ONLY)
  catena_compile_settings(${target})
endfunction()

# catena_keep_threaded(<list>): of a list of tests those that have several threads, which they say in
# their second line. In the others ThreadSanitizer would see nothing, slowly.
function(catena_keep_threaded list)
  set(kept)
  foreach(source ${${list}})
    file(STRINGS ${source} line LIMIT_COUNT 1 REGEX "^// Several threads")
    if(line)
      list(APPEND kept ${source})
    endif()
  endforeach()
  set(${list} ${kept} PARENT_SCOPE)
endfunction()

# Unit tests lie beside the code: all *_test.cpp of a folder are one program, <target>_test.
function(catena_tests_in target folder)
  file(GLOB_RECURSE tests CONFIGURE_DEPENDS ${folder}/*_test.cpp)
  if(CATENA_SANITIZE MATCHES "thread")
    catena_keep_threaded(tests)
  endif()
  if(NOT CATENA_TESTS OR NOT tests)
    return()
  endif()
  add_executable(${target}_test ${tests})
  target_link_libraries(${target}_test PRIVATE ${target} catena_test_support)
  target_compile_definitions(${target}_test PRIVATE CATENA_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  catena_test_settings(${target}_test)
  add_test(NAME ${target} COMMAND ${target}_test)
endfunction()

# Fuzzers lie beside the code too, and have one thread. With CATENA_FUZZ each is a libFuzzer program; in every other
# build it is a program that runs the corpus of test/corpus/<name> once, as a plain test.
add_custom_target(fuzzers)
function(catena_fuzzers_in target folder)
  if(CATENA_SANITIZE MATCHES "thread")
    return()
  endif()
  file(GLOB_RECURSE fuzzers CONFIGURE_DEPENDS ${folder}/*_fuzz.cpp)
  foreach(source ${fuzzers})
    get_filename_component(name ${source} NAME_WE)
    add_executable(${name} ${source})
    target_link_libraries(${name} PRIVATE ${target})
    add_dependencies(fuzzers ${name})
    if(CATENA_FUZZ)
      target_link_options(${name} PRIVATE -fsanitize=fuzzer)
    elseif(CATENA_TESTS)
      target_sources(${name} PRIVATE ${CMAKE_SOURCE_DIR}/test/support/run_corpus.cpp)
      string(REGEX REPLACE "_fuzz$" "" corpus ${name})
      add_test(NAME ${name}_corpus COMMAND ${name} ${CMAKE_SOURCE_DIR}/test/corpus/${corpus})
    endif()
    catena_compile_settings(${name})
  endforeach()
endfunction()
catena_finish_pch()
