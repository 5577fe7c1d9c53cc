// SPDX-License-Identifier: Apache-2.0
#include "core/net/addresses.hpp"

#include <cstring>
#include <net/if.h>

namespace catena::net {

SocketAddress socket_address(const asio::ip::udp::endpoint& endpoint) {
  SocketAddress result;
  std::memcpy(&result.storage, endpoint.data(), endpoint.size());
  result.size = static_cast<socklen_t>(endpoint.size());
  return result;
}

SocketAddress socket_address(std::string_view address, std::uint16_t port) {
  if (address.empty()) return socket_address({asio::ip::address_v6::any(), port});
  boost::system::error_code error;
  const auto parsed = asio::ip::make_address(std::string(address), error);
  if (error) return {};
  return socket_address({parsed, port});
}

asio::ip::udp::endpoint endpoint_of(const in6_addr& address,
                                    std::uint32_t scope,
                                    std::uint16_t port) {
  asio::ip::address_v6::bytes_type bytes;
  std::memcpy(bytes.data(), &address, bytes.size());
  const asio::ip::address_v6 v6(bytes, scope);
  if (v6.is_v4_mapped()) return {asio::ip::make_address_v4(asio::ip::v4_mapped, v6), port};
  return {v6, port};
}

asio::ip::udp::endpoint endpoint_of(const sockaddr* address) {
  if (address->sa_family == AF_INET) {
    sockaddr_in v4;
    std::memcpy(&v4, address, sizeof v4);
    return {asio::ip::address_v4(ntohl(v4.sin_addr.s_addr)), ntohs(v4.sin_port)};
  }
  if (address->sa_family != AF_INET6) return {};
  sockaddr_in6 v6;
  std::memcpy(&v6, address, sizeof v6);
  return endpoint_of(v6.sin6_addr, v6.sin6_scope_id, ntohs(v6.sin6_port));
}

bool is_own_peer(const asio::ip::udp::endpoint& local, const asio::ip::udp::endpoint& remote) {
  const bool same = local.address() == remote.address() || remote.address().is_unspecified();
  return same && local.port() == remote.port();
}

}  // namespace catena::net
