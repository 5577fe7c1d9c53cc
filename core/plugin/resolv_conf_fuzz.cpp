// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/resolv_conf.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const catena::ResolvConf found = catena::parse_resolv_conf(text);
  // Each server takes a line of its own, each domain a letter and a blank.
  constexpr std::size_t kShortestLine = sizeof("nameserver ::") - 1;
  if (found.servers.size() > size / kShortestLine) std::abort();
  if (found.search.size() > size / 2) std::abort();
  return 0;
}
