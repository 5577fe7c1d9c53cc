// SPDX-License-Identifier: Apache-2.0
#include "core/http/listen_address.hpp"

#include <fmt/format.h>

namespace catena::http {
namespace {

bool is_v6(std::string_view text) {
  const auto address = parse_address(text);
  return address && address->is_v6();
}

std::string complain(std::string_view word, const char* what) {
  return fmt::format("address {}: {}", word, what);
}

}  // namespace

std::optional<std::string> ListenAddressReader::read(std::string_view word, HostPort& value) const {
  const std::size_t colon = word.rfind(':');
  if (colon == std::string_view::npos || word.ends_with(']')) {
    return complain(word, "missing port in address");
  }
  std::string_view host = word.substr(0, colon);
  const bool bracketed = host.size() >= 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  const bool colons = host.find(':') != std::string_view::npos;
  if ((colons || bracketed) && !is_v6(host)) {
    return complain(word, colons ? "too many colons in address" : "no IPv6 address in brackets");
  }
  if (host.find_first_of("[]/\0", 0, 4) != std::string_view::npos) {
    return complain(word, "unexpected character in address");
  }
  const bool any = colon + 1 == word.size();
  const auto port = any ? std::optional<std::uint16_t>(0) : parse_port(word.substr(colon + 1));
  if (!port) return complain(word, "unknown port");
  value = {std::string(host), *port};
  return std::nullopt;
}

std::string ListenAddressReader::doubt(std::string_view word) const {
  if (!word.ends_with(':')) return {};
  return fmt::format("address {}: no port behind the colon, so any free one is taken", word);
}

}  // namespace catena::http
