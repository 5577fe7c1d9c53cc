// SPDX-License-Identifier: Apache-2.0
#include "plugins/forward/resolv_conf.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // Each server takes a line of its own.
  constexpr std::size_t kShortestLine = sizeof("nameserver ::") - 1;
  if (catena::forward::parse_resolv_conf(text).size() > size / kShortestLine) std::abort();
  return 0;
}
