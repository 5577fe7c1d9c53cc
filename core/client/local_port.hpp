// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.hpp"

#include <boost/asio/ip/udp.hpp>

namespace catena::client {

/// Binds to a port that nobody can predict, out of the kernel's range for outgoing ports; leaves
/// the choice to the kernel when several tries hit ports in use. Returns errno, 0 for success.
int bind_to_random_port(boost::asio::ip::udp::socket& socket,
                        const boost::asio::ip::address& address,
                        Random& random);

}  // namespace catena::client
