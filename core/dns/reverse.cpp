// SPDX-License-Identifier: Apache-2.0
#include "core/dns/name.hpp"

namespace catena::dns {

namespace {

constexpr std::uint8_t kIn4[] = "\7in-addr\4arpa";
constexpr std::uint8_t kIn6[] = "\3ip6\4arpa";

NameView suffix_of(std::size_t address_size) {
  return address_size == 4 ? NameView(kIn4, sizeof kIn4) : NameView(kIn6, sizeof kIn6);
}

/// 0 to 255 in decimal as an address is written, without leading zeros.
std::optional<std::uint8_t> octet_of(std::string_view label) {
  if (label.empty() || label.size() > 3 || (label.size() > 1 && label[0] == '0')) return {};
  int value = 0;
  for (const char c : label) {
    if (c < '0' || c > '9') return {};
    value = value * 10 + (c - '0');
  }
  if (value > 255) return {};
  return static_cast<std::uint8_t>(value);
}

std::optional<std::uint8_t> nibble_of(std::string_view label) {
  if (label.size() != 1) return {};
  const char c = to_lower(label[0]);
  if (c >= '0' && c <= '9') return static_cast<std::uint8_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<std::uint8_t>(c - 'a' + 10);
  return {};
}

std::optional<ReverseAddress> parse_four(NameView name) {
  ReverseAddress address{.bytes = {}, .size = 4};
  for (std::size_t i = 4; i-- > 0; name = name.parent()) {
    const std::optional<std::uint8_t> octet = octet_of(name.first_label());
    if (!octet) return {};
    address.bytes[i] = *octet;
  }
  return address;
}

std::optional<ReverseAddress> parse_sixteen(NameView name) {
  ReverseAddress address{.bytes = {}, .size = 16};
  for (std::size_t i = 32; i-- > 0; name = name.parent()) {
    const std::optional<std::uint8_t> nibble = nibble_of(name.first_label());
    if (!nibble) return {};
    address.bytes[i / 2] =
        static_cast<std::uint8_t>(address.bytes[i / 2] | *nibble << (i % 2 == 0 ? 4 : 0));
  }
  return address;
}

}  // namespace

std::optional<ReverseAddress> parse_reverse(NameView name) {
  // Counting labels is dear for what is asked often: most names do not end like this.
  if (name.is_in(suffix_of(4))) return name.label_count() == 6 ? parse_four(name) : std::nullopt;
  if (name.is_in(suffix_of(16)))
    return name.label_count() == 34 ? parse_sixteen(name) : std::nullopt;
  return {};
}

bool is_reverse_zone(NameView zone) {
  return zone.is_in(suffix_of(4)) || zone.is_in(suffix_of(16));
}

Name reverse_name(std::span<const std::uint8_t> address) {
  Name name(suffix_of(address.size()));
  for (const std::uint8_t byte : address) {
    if (address.size() == 4) {
      name.prepend(std::string_view(std::to_string(byte)));
      continue;
    }
    for (const int nibble : {byte >> 4, byte & 15}) {
      const char digit = "0123456789abcdef"[nibble];
      name.prepend(std::string_view(&digit, 1));
    }
  }
  return name;
}

}  // namespace catena::dns
