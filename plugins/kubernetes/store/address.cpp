// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/store/address.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

namespace catena::kubernetes {

Address Address::of(std::span<const std::uint8_t> bytes) {
  Address address;
  address.size = static_cast<std::uint8_t>(bytes.size());
  std::copy(bytes.begin(), bytes.end(), address.bytes.begin());
  return address;
}

std::optional<Address> parse_address(std::string_view text) {
  char buffer[INET6_ADDRSTRLEN];
  if (text.size() >= sizeof(buffer)) return std::nullopt;
  std::memcpy(buffer, text.data(), text.size());
  buffer[text.size()] = '\0';
  Address address;
  if (inet_pton(AF_INET, buffer, address.bytes.data()) == 1) return address.size = 4, address;
  if (inet_pton(AF_INET6, buffer, address.bytes.data()) == 1) return address.size = 16, address;
  return std::nullopt;
}

std::string dashed(std::string_view address_text) {
  std::string text(address_text);
  for (char& c : text) {
    if (c == '.' || c == ':') c = '-';
  }
  if (text.ends_with('-')) text += '0';
  return text;
}

std::string dashed(std::span<const std::uint8_t> address) {
  char buffer[INET6_ADDRSTRLEN];
  inet_ntop(address.size() == 4 ? AF_INET : AF_INET6, address.data(), buffer, sizeof(buffer));
  return dashed(std::string_view(buffer));
}

}  // namespace catena::kubernetes
