# SPDX-License-Identifier: Apache-2.0
# Everything from outside, each behind one target of ours. All are Debian 12 packages.
find_package(Threads REQUIRED)
find_package(Boost 1.81 CONFIG REQUIRED)
find_package(OpenSSL 3.0 REQUIRED)
find_package(fmt 9 CONFIG REQUIRED)
find_package(RapidJSON REQUIRED)
find_package(yaml-cpp REQUIRED)

# Asio and Beast are compiled once (core/third_party/*.cpp), not in every translation unit.
add_library(catena_third_party STATIC ${CMAKE_SOURCE_DIR}/cmake/asio.cpp)
target_compile_definitions(catena_third_party PUBLIC
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
  BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_NO_TS_EXECUTORS)
if(CATENA_SANITIZE MATCHES "thread")
  # g++ 12's ThreadSanitizer does not follow fences.
  target_compile_definitions(catena_third_party PUBLIC BOOST_ASIO_DISABLE_FENCED_BLOCK)
endif()
target_include_directories(catena_third_party PUBLIC ${CMAKE_SOURCE_DIR})
target_include_directories(catena_third_party SYSTEM PUBLIC ${RAPIDJSON_INCLUDE_DIRS})
target_link_libraries(catena_third_party PUBLIC Boost::headers fmt::fmt OpenSSL::Crypto Threads::Threads)

# Beast: only for the few translation units that speak HTTP.
add_library(catena_beast STATIC ${CMAKE_SOURCE_DIR}/cmake/beast.cpp)
target_link_libraries(catena_beast PUBLIC catena_third_party)

add_library(catena_yaml INTERFACE)
target_link_libraries(catena_yaml INTERFACE yaml-cpp)

# Headers only, without a configuration file.
find_path(PROTOZERO_INCLUDE_DIR protozero/pbf_reader.hpp REQUIRED)
add_library(catena_protobuf INTERFACE)
target_include_directories(catena_protobuf SYSTEM INTERFACE ${PROTOZERO_INCLUDE_DIR})

# Go's regular expressions are RE2's. Its pkg-config file names no version.
find_package(PkgConfig REQUIRED)
pkg_check_modules(RE2 REQUIRED re2)
add_library(catena_regex INTERFACE)
target_link_libraries(catena_regex INTERFACE ${RE2_LIBRARIES})

# Metrics leave compressed for who takes that.
find_package(ZLIB REQUIRED)
add_library(catena_gzip INTERFACE)
target_link_libraries(catena_gzip INTERFACE ZLIB::ZLIB)

# Profiles come from gperftools. It brings an allocator of its own, so only who asks for it gets it.
add_library(catena_pprof INTERFACE)
if(CATENA_PPROF)
  pkg_check_modules(PPROF REQUIRED libprofiler libtcmalloc)
  target_compile_definitions(catena_pprof INTERFACE CATENA_PPROF)
  target_link_libraries(catena_pprof INTERFACE ${PPROF_LIBRARIES})
endif()
