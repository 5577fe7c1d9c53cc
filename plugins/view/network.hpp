// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace catena::view {

/// A network ("10.0.0.0/8", "2001:db8::/32") as Go's net package reads it: IPv4 lies in
/// ::ffff:0:0/96, and a network of IPv6 is none of IPv4, however large.
struct Network {
  std::array<std::uint8_t, 16> bytes{};
  unsigned bits = 0;  ///< Of the 128.
};

/// Nothing for a text that is no network.
std::optional<Network> parse_network(std::string_view text);

enum class Membership : std::uint8_t { inside, outside, bad_address, bad_network };

/// Whether an address is in a network, both as texts. What an expression names is a constant
/// nearly always: the networks that were asked for last are not read again. One thread.
class Networks {
 public:
  /// An IPv4 address in an IPv6 one (::ffff:192.0.2.1) is IPv4, and an address with an interface
  /// (fe80::1%eth0) is none.
  Membership membership(std::string_view address, std::string_view network);

 private:
  struct Read {
    std::string text;
    std::optional<Network> network;
  };
  std::optional<Network> read(std::string_view text);

  std::array<Read, 64> reads_;  // By a hash of the text; the later one stays.
};

}  // namespace catena::view
