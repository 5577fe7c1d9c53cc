// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/ip/address.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace catena::config {

/// A subnet as a Corefile has it, "10.0.0.0/8": what Go's net.ParseCIDR takes. The bits of the
/// address behind the prefix are zero.
struct Subnet {
  boost::asio::ip::address address;
  unsigned bits = 0;
};

/// Nothing for a text that is no network.
std::optional<Subnet> parse_subnet(std::string_view text);

/// "2001:db8::/32".
std::string to_text(const Subnet& subnet);

}  // namespace catena::config
