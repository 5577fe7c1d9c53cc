// SPDX-License-Identifier: Apache-2.0
#include "core/dns/tsig_error.hpp"

#include "core/dns/numbers.hpp"

#include <charconv>
#include <utility>

namespace catena::dns {
namespace {

constexpr std::pair<std::uint16_t, std::string_view> kNames[] = {
    {16, "BADSIG"},
    {17, "BADKEY"},
    {18, "BADTIME"},
    {22, "BADTRUNC"},
};

}  // namespace

std::string tsig_error_to_text(std::uint16_t error) {
  for (const auto& [number, name] : kNames) {
    if (number == error) return std::string(name);
  }
  return to_string(static_cast<Rcode>(error));
}

std::optional<std::uint16_t> parse_tsig_error(std::string_view text) {
  for (const auto& [number, name] : kNames) {
    if (name == text) return number;
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
