// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace catena::dns {

/// The error field of TSIG (RFC 8945 section 3): an rcode, but 16 is BADSIG there and not BADVERS.
enum class TsigError : std::uint16_t {
  NoError = 0,
  BadSig = 16,
  BadKey = 17,
  BadTime = 18,
  BadTrunc = 22,
};

/// Numbers without a name are printed in decimal.
std::string tsig_error_to_text(std::uint16_t error);
std::optional<std::uint16_t> parse_tsig_error(std::string_view text);

}  // namespace catena::dns
