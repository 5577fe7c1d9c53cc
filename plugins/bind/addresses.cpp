// SPDX-License-Identifier: Apache-2.0
#include "plugins/bind/addresses.hpp"

#include "core/config/values.hpp"

namespace catena::bind {

std::optional<std::vector<std::string>> expand(std::string_view word,
                                               const std::vector<InterfaceAddress>& host) {
  std::vector<std::string> addresses;
  for (const InterfaceAddress& one : host) {
    if (one.interface == word) addresses.push_back(one.address);
  }
  if (!addresses.empty()) return addresses;
  if (!parse_address(word)) return std::nullopt;
  return std::vector<std::string>{std::string(word)};
}

}  // namespace catena::bind
