// SPDX-License-Identifier: Apache-2.0
#include "core/dns/tsig_error.hpp"

#include "core/dns/numbers.hpp"

#include <charconv>
#include <utility>

namespace catena::dns {
namespace {

constexpr std::pair<TsigError, std::string_view> kNames[] = {
    {TsigError::BadSig, "BADSIG"},
    {TsigError::BadKey, "BADKEY"},
    {TsigError::BadTime, "BADTIME"},
    {TsigError::BadTrunc, "BADTRUNC"},
};

}  // namespace

std::string tsig_error_to_text(std::uint16_t error) {
  for (const auto& [number, name] : kNames) {
    if (number == TsigError{error}) return std::string(name);
  }
  return to_string(static_cast<Rcode>(error));
}

std::optional<std::uint16_t> parse_tsig_error(std::string_view text) {
  for (const auto& [number, name] : kNames) {
    if (name == text) return static_cast<std::uint16_t>(number);
  }
  std::uint16_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error == std::errc() && rest == end) return number;
  const auto rcode = parse_rcode(text);
  if (!rcode) return std::nullopt;
  return static_cast<std::uint16_t>(*rcode);
}

}  // namespace catena::dns
