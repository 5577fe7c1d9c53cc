// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
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
  auto operator<=>(const Address&) const = default;

  static Address of(std::span<const std::uint8_t> bytes);
};

/// Any spelling of an IPv4 or IPv6 address; nothing for anything else.
std::optional<Address> parse_address(std::string_view text);

/// The name that an endpoint without a hostname has: dots and colons become dashes, and a "0" follows
/// where the result would end in a dash (kubernetes.md section 3).
std::string dashed(std::string_view address_text);

/// The same from the bytes, in canonical spelling.
std::string dashed(std::span<const std::uint8_t> address);

}  // namespace catena::kubernetes
