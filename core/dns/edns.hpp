// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/arena.hpp"
#include "core/dns/numbers.hpp"

#include <cstdint>
#include <optional>
#include <span>

namespace catena::dns {

/// EDNS option codes that are known by name (IANA "DNS EDNS0 Option Codes").
enum class OptionCode : std::uint16_t {
  NSID = 3,
  ClientSubnet = 8,
  Expire = 9,
  Cookie = 10,
  TcpKeepalive = 11,
  Padding = 12,
  EDE = 15,
};

/// What an OPT record says (RFC 6891 section 6.1). The options lie in somebody else's buffer, raw
/// and already checked: code, length, data, one behind the other.
struct Edns {
  static constexpr std::uint16_t kDO = 0x8000;
  static constexpr std::uint16_t kCO = 0x4000;  ///< Compact answers OK (RFC 9824 section 5.1).

  std::uint16_t udp_size = 512;  ///< As sent; below 512 means 512 (RFC 6891 section 6.2.5).
  std::uint8_t extended_rcode = 0;
  std::uint8_t version = 0;
  std::uint16_t flags = 0;
  std::span<const std::uint8_t> options;

  bool dnssec_ok() const { return (flags & kDO) != 0; }

  /// The data of the first option with this code.
  std::optional<std::span<const std::uint8_t>> option(OptionCode code) const;
};

/// True where `options` is a row of whole options.
bool options_are_whole(std::span<const std::uint8_t> options);

/// A row of whole options and one more behind them, in the arena; nothing where it is full. `data`
/// has at most 65,535 bytes.
std::optional<std::span<const std::uint8_t>> with_option(Arena& arena,
                                                         std::span<const std::uint8_t> options,
                                                         OptionCode code,
                                                         std::span<const std::uint8_t> data);

/// A row of whole options in which the first of this code has other data, in the arena; the same
/// row where there is none of it, nothing where the arena is full. `data` as above.
std::optional<std::span<const std::uint8_t>> with_option_replaced(
    Arena& arena,
    std::span<const std::uint8_t> options,
    OptionCode code,
    std::span<const std::uint8_t> data);

/// A row of whole options without those of this code, in the arena; nothing where it is full.
std::optional<std::span<const std::uint8_t>> without_option(Arena& arena,
                                                            std::span<const std::uint8_t> options,
                                                            OptionCode code);

/// The data of a client subnet option in a question for the network of an address (RFC 7871 section
/// 6), in the arena; empty where that is full. `address` has 4 or 16 bytes, of which the first
/// `prefix` bits are told, at most all.
std::span<const std::uint8_t> client_subnet(Arena& arena,
                                            std::span<const std::uint8_t> address,
                                            unsigned prefix);

}  // namespace catena::dns
