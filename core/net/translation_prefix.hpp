// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/ip/address_v6.hpp>

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace catena::net {

namespace asio = boost::asio;

/// An IPv6 network whose addresses stand for all of IPv4 (RFC 6052): the IPv4 address follows the
/// prefix, but for bits 64 to 71, which are zero.
class TranslationPrefix {
 public:
  using Four = std::array<std::uint8_t, 4>;
  using Sixteen = std::array<std::uint8_t, 16>;

  /// 64:ff9b::/96, which is everybody's.
  TranslationPrefix();
  /// `bits` is_length(); those of `network` behind them do not count.
  TranslationPrefix(const asio::ip::address_v6& network, unsigned bits);

  /// The lengths of RFC 6052 section 2.2: 32, 40, 48, 56, 64 and 96 bits.
  static bool is_length(unsigned bits);

  /// False for a prefix of 96 bits that has something in bits 64 to 71.
  bool is_sound() const { return prefix_[kReserved] == 0; }

  /// What stands for an IPv4 address; the bits behind it are zero.
  Sixteen embed(const Four& address) const;

  /// What an IPv6 address stands for, whatever the bits behind it are: nothing where it is not in
  /// the network, or has something in bits 64 to 71.
  std::optional<Four> extract(const Sixteen& address) const;

 private:
  static constexpr std::size_t kReserved = 8;
  /// Where byte number `i` of the IPv4 address lies.
  std::size_t place(std::size_t i) const;

  Sixteen prefix_{};
  std::size_t size_;  // Bytes.
};

/// The data of a record as an address: nothing where its size is not that of one.
template <std::size_t size>
std::optional<std::array<std::uint8_t, size>> address_in(std::span<const std::uint8_t> data) {
  if (data.size() != size) return std::nullopt;
  std::array<std::uint8_t, size> address;
  std::copy(data.begin(), data.end(), address.begin());
  return address;
}

}  // namespace catena::net
