// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <boost/asio/ip/udp.hpp>

#include <cstdint>
#include <netinet/in.h>
#include <string>
#include <string_view>
#include <sys/socket.h>

namespace catena::net {

namespace asio = boost::asio;

/// A socket address as the kernel gives and takes it.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

/// The wildcard "" becomes `::`; an address may carry %interface. Size 0 where it is no address.
SocketAddress socket_address(std::string_view address, std::uint16_t port);

/// The same for an address that the library knows.
SocketAddress socket_address(const asio::ip::udp::endpoint& endpoint);

/// As plugins see it: an IPv4 address that came through an IPv6 socket is IPv4.
asio::ip::udp::endpoint endpoint_of(const sockaddr* address);
asio::ip::udp::endpoint endpoint_of(const in6_addr& address,
                                    std::uint32_t scope,
                                    std::uint16_t port);

/// Whether a socket at `local` that was connected to `remote` is its own peer. It happens where the
/// kernel draws the very port of a server of this host that is away (for TCP the simultaneous open
/// of RFC 9293, 3.5): such a socket reads what it writes, and keeps the port from its owner.
bool is_own_peer(const asio::ip::udp::endpoint& local, const asio::ip::udp::endpoint& remote);

}  // namespace catena::net
