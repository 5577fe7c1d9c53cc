// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/dns/name.hpp"

#include <boost/asio/ip/address.hpp>

#include <string_view>
#include <vector>

namespace catena {

/// What a resolv.conf says.
struct ResolvConf {
  /// The first word behind each `nameserver`, an IPv6 zone cut off, in order and each once.
  std::vector<boost::asio::ip::address> servers;
  /// Of the last `search` or `domain`, lower case, in order.
  std::vector<dns::Name> search;
};

/// Whatever is no address or no name is skipped, as all other lines are. Takes any bytes.
ResolvConf parse_resolv_conf(std::string_view text);

}  // namespace catena
