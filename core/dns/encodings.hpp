// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace catena::dns {

// How zone files write bytes (RFC 4648). Each append_ function adds to `out`; those that read text
// leave `out` as it was and return false where the text is wrong.

/// Large letters.
void append_hex(std::string& out, std::span<const std::uint8_t> bytes);
/// Any letter case, an even number of digits.
bool append_from_hex(std::vector<std::uint8_t>& out, std::string_view text);

/// With padding.
void append_base64(std::string& out, std::span<const std::uint8_t> bytes);
/// Padding as it must be.
bool append_from_base64(std::vector<std::uint8_t>& out, std::string_view text);

/// The "extended hex" alphabet in large letters, without padding (RFC 5155 section 3.3).
void append_base32hex(std::string& out, std::span<const std::uint8_t> bytes);
bool append_from_base32hex(std::vector<std::uint8_t>& out, std::string_view text);

/// "with quotes", special bytes as \" \\ \DDD (RFC 1035 section 5.1).
void append_quoted(std::string& out, std::span<const std::uint8_t> bytes);
/// What is between the quotes, or a word without quotes.
bool append_unescaped(std::vector<std::uint8_t>& out, std::string_view text);

}  // namespace catena::dns
