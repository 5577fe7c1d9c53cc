// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/encodings.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace catena::dns {

// How zone files write bytes: as in core/base/encodings.hpp, or as strings. append_unescaped()
// leaves `out` as it was and returns false where the text is wrong.

/// "with quotes", special bytes as \" \\ \DDD (RFC 1035 section 5.1).
void append_quoted(std::string& out, std::span<const std::uint8_t> bytes);
/// What is between the quotes, or a word without quotes.
bool append_unescaped(std::vector<std::uint8_t>& out, std::string_view text);

}  // namespace catena::dns
