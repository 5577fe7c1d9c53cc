// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/store/address.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <cstring>

namespace catena::kubernetes {

Address Address::of(std::span<const std::uint8_t> bytes) {
  Address address;
  address.size = static_cast<std::uint8_t>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), address.bytes.begin());
  return address;
}

namespace {

// One to three digits without a zero in front, at most 255; they are taken from the text.
std::optional<std::uint8_t> take_octet(std::string_view& text) {
  std::size_t size = 0;
  unsigned value = 0;
  for (; size < text.size() && size < 3 && text[size] >= '0' && text[size] <= '9'; ++size) {
    value = 10 * value + static_cast<unsigned>(text[size] - '0');
  }
  if (size == 0 || value > 255 || (size > 1 && text[0] == '0')) return std::nullopt;
  text.remove_prefix(size);
  return static_cast<std::uint8_t>(value);
}

// What inet_pton does, several times as fast: lists have hundreds of thousands of them.
std::optional<Address> parse_v4(std::string_view text) {
  Address address;
  address.size = 4;
  for (std::size_t i = 0; i < 4; ++i) {
    if (i != 0) {
      if (!text.starts_with('.')) return std::nullopt;
      text.remove_prefix(1);
    }
    const auto octet = take_octet(text);
    if (!octet) return std::nullopt;
    address.bytes[i] = *octet;
  }
  if (!text.empty()) return std::nullopt;
  return address;
}

// An IPv4 address in IPv6's clothes (RFC 4291 section 2.5.5.2) is an A record, as in CoreDNS.
Address plain(const Address& address) {
  static constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (!std::equal(kMapped.begin(), kMapped.end(), address.bytes.begin())) return address;
  return Address::of(address.span().subspan(kMapped.size()));
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  if (const auto address = parse_v4(text)) return address;
  char buffer[INET6_ADDRSTRLEN];
  if (text.size() >= sizeof(buffer)) return std::nullopt;
  std::memcpy(buffer, text.data(), text.size());
  buffer[text.size()] = '\0';
  Address address;
  if (inet_pton(AF_INET6, buffer, address.bytes.data()) != 1) return std::nullopt;
  address.size = 16;
  return plain(address);
}

std::string address_text(const Address& address) {
  char buffer[INET6_ADDRSTRLEN];
  inet_ntop(address.is_v4() ? AF_INET : AF_INET6, address.bytes.data(), buffer, sizeof(buffer));
  return buffer;
}

DashedText dashed(std::string_view address_text) {
  DashedText text;
  if (address_text.size() + 1 > text.characters.size()) return text;
  for (const char c : address_text) text.characters[text.size++] = c == '.' || c == ':' ? '-' : c;
  if (text.size != 0 && text.characters[text.size - 1] == '-') text.characters[text.size++] = '0';
  return text;
}

DashedText dashed(std::span<const std::uint8_t> address) {
  char buffer[INET6_ADDRSTRLEN];
  inet_ntop(address.size() == 4 ? AF_INET : AF_INET6, address.data(), buffer, sizeof(buffer));
  return dashed(std::string_view(buffer));
}

std::optional<Address> parse_dashed(std::string_view label) {
  DashedText text;
  if (label.size() > text.characters.size()) return std::nullopt;
  const bool v4 = std::count(label.begin(), label.end(), '-') == 3 &&
                  label.find("--") == std::string_view::npos;
  for (const char c : label) text.characters[text.size++] = c == '-' ? (v4 ? '.' : ':') : c;
  return parse_address(text);
}

}  // namespace catena::kubernetes
