// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace catena {

/// A host and a port, as they stand in `:9153`, `localhost:8080` and `[::1]:8080`.
struct HostPort {
  std::string host;  ///< Empty, a name, or an address without brackets.
  std::uint16_t port = 0;

  /// `host:port`, IPv6 in brackets.
  std::string text() const;
  bool operator==(const HostPort&) const = default;
};

/// As Go's net.JoinHostPort: a host with colons gets brackets.
std::string join_host_port(std::string_view host, std::uint16_t port);

/// As Go's net.SplitHostPort, but what stands in brackets must be an address, and the port a number
/// of at most 65535.
std::optional<HostPort> parse_host_port(std::string_view text);

/// Decimal digits, no sign.
std::optional<std::uint16_t> parse_port(std::string_view text);

/// An IPv4 or IPv6 address without brackets; `%zone` is allowed for IPv6.
std::optional<boost::asio::ip::address> parse_address(std::string_view text);

}  // namespace catena
