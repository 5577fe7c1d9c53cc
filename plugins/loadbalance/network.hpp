// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace catena::loadbalance {

/// An IPv4 or IPv6 network, "10.0.0.0/8"; bits of the host do not count.
class Network {
 public:
  /// Nothing for a text that is no network.
  static std::optional<Network> parse(std::string_view text);

  /// `address` is the data of an A or AAAA record.
  bool contains(std::span<const std::uint8_t> address) const;

 private:
  std::array<std::uint8_t, 16> bytes_{};
  std::uint8_t size_ = 0;  // 4 or 16.
  std::uint8_t bits_ = 0;
};

}  // namespace catena::loadbalance
