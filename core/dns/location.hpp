// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace catena::dns {

/// LOC's sixteen bytes (RFC 1876) as "42 21 54.000 N 71 6 18.000 W -24.00m 30m 10000m 10m"; nothing
/// for another version than 0 or sizes out of range.
std::optional<std::string> location_to_text(std::span<const std::uint8_t> bytes);

/// Adds the sixteen bytes of RFC 1876 section 3's text, split at blanks. False, and nothing added,
/// where the text is wrong.
bool append_location(std::vector<std::uint8_t>& out, std::span<const std::string_view> words);

}  // namespace catena::dns
