// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <cstring>
#include <endian.h>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace catena::kubernetes {

/// An IP address in network byte order: 4 or 16 bytes.
struct Address {
  std::array<std::uint8_t, 16> bytes{};
  std::uint8_t size = 0;

  std::span<const std::uint8_t> span() const { return {bytes.data(), size}; }
  bool is_v4() const { return size == 4; }
  bool operator==(const Address&) const = default;
  std::strong_ordering operator<=>(const Address& other) const {
    for (const std::size_t half : {std::size_t{0}, bytes.size() / 2}) {
      const std::uint64_t mine = number_at(half);
      const std::uint64_t others = other.number_at(half);
      if (mine != others) return mine <=> others;
    }
    return size <=> other.size;
  }

  static Address of(std::span<const std::uint8_t> bytes);

 private:
  std::uint64_t number_at(std::size_t offset) const {
    std::uint64_t number = 0;
    std::memcpy(&number, bytes.data() + offset, sizeof(number));
    return be64toh(number);
  }
};

/// The canonical spelling.
std::string address_text(const Address& address);

/// Any spelling of an IPv4 or IPv6 address, IPv4 where it is mapped into IPv6; nothing for anything
/// else.
std::optional<Address> parse_address(std::string_view text);

/// A text of an address, on the stack.
struct DashedText {
  std::array<char, 48> characters;
  std::size_t size = 0;
  operator std::string_view() const { return {characters.data(), size}; }  // NOLINT: it is a text
};

/// The name that an endpoint without a hostname has: dots and colons of its address become dashes,
/// and a "0" follows where the result would end in a dash. Canonical spelling.
DashedText dashed(std::span<const std::uint8_t> address);

/// The same from an address as it is spelled; empty if that is longer than any address.
DashedText dashed(std::string_view address_text);

/// The way back, as pod names are read: three dashes and no double dash make IPv4, any other dashes
/// colons.
std::optional<Address> parse_dashed(std::string_view label);

}  // namespace catena::kubernetes
