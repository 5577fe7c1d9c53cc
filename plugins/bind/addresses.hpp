// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/host_addresses.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace catena::bind {

/// What a word of `bind` means: an address stays as it is, an interface becomes all its addresses.
/// Nothing where it is neither.
std::optional<std::vector<std::string>> expand(std::string_view word,
                                               const std::vector<InterfaceAddress>& host);

}  // namespace catena::bind
