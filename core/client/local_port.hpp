// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.hpp"
#include "core/net/network.hpp"

namespace catena::client {

/// Datagrams to `remote` from a port that nobody can predict, out of the kernel's range for
/// outgoing ports; the choice is left to the network when several tries hit ports in use.
net::Dialled<net::Datagrams> dial_from_random_port(net::Network& network,
                                                   const boost::asio::ip::udp::endpoint& remote,
                                                   const boost::asio::ip::address& local,
                                                   Random& random);

}  // namespace catena::client
