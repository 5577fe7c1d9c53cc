// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace catena::bind {

/// One address of one interface of this host.
struct InterfaceAddress {
  std::string interface;
  std::string address;  ///< With %interface where it is link-local.
};

/// All addresses of this host at this moment.
std::vector<InterfaceAddress> interface_addresses();

/// What a word of `bind` means: an address stays as it is, an interface becomes all its addresses. Nothing
/// where it is neither.
std::optional<std::vector<std::string>> expand(std::string_view word,
                                               const std::vector<InterfaceAddress>& host);

}  // namespace catena::bind
