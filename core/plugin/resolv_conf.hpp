// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/dns/name.hpp"

#include <boost/asio/ip/address.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace catena {

/// An address and, where it is a link-local one, the interface that it is behind: "eth0" of
/// `fe80::1%eth0` (RFC 4007 section 11).
struct ScopedAddress {
  boost::asio::ip::address address;
  std::string interface;
  bool operator==(const ScopedAddress&) const = default;
};

/// For all other addresses an interface means nothing and is left out.
ScopedAddress scoped(const boost::asio::ip::address& address, std::string_view interface);

/// What a resolv.conf says.
struct ResolvConf {
  /// The first word behind each `nameserver`, in order and each once.
  std::vector<ScopedAddress> servers;
  /// Of the last `search` or `domain`, lower case, in order.
  std::vector<dns::Name> search;
};

/// Whatever is no address or no name is skipped, as all other lines are. Takes any bytes.
ResolvConf parse_resolv_conf(std::string_view text);

}  // namespace catena
