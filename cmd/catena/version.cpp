// SPDX-License-Identifier: Apache-2.0
#include "cmd/catena/version.hpp"

#include <fmt/format.h>

#include <sys/utsname.h>

namespace catena {
namespace {

// As Go calls the processors, since scripts read this line.
std::string architecture() {
#if defined(__x86_64__)
  return "amd64";
#elif defined(__aarch64__)
  return "arm64";
#else
  utsname name{};
  ::uname(&name);
  return name.machine;
#endif
}

}  // namespace

std::string version_line() { return fmt::format("Catena-{}", kVersion); }

std::string platform_line() {
  return fmt::format("linux/{}, {} {}.{}, C++20", architecture(),
#if defined(__clang__)
                     "clang", __clang_major__, __clang_minor__
#else
                     "g++", __GNUC__, __GNUC_MINOR__
#endif
  );
}

}  // namespace catena
