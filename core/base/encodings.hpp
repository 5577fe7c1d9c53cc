// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace catena {

// Bytes as text (RFC 4648). Each append_ function adds to `out`; those that read text leave `out`
// as it was and return false where the text is wrong: a foreign digit, a digit too many or too few,
// bits of the last digit that are not zero. White space is foreign.

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

/// The same for bytes that are kept as text.
std::string to_base64(std::string_view bytes);
std::optional<std::string> from_base64(std::string_view text);

/// The alphabet for URLs and file names, without padding.
std::string to_base64_url(std::string_view bytes);
std::optional<std::string> from_base64_url(std::string_view text);

}  // namespace catena
