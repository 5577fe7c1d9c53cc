// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/ip/address.hpp>

#include <string_view>
#include <vector>

namespace catena::forward {

/// The servers of a resolv.conf: the first word behind each `nameserver`, an IPv6 zone cut off, in
/// order and each once. Whatever is no address is skipped, as all other lines are. Takes any bytes.
std::vector<boost::asio::ip::address> parse_resolv_conf(std::string_view text);

}  // namespace catena::forward
