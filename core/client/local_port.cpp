// SPDX-License-Identifier: Apache-2.0
#include "core/client/local_port.hpp"

#include <cerrno>
#include <fstream>

namespace catena::client {
namespace {

constexpr unsigned kTries = 4;

struct PortRange {
  std::uint32_t first = 32768;
  std::uint32_t last = 60999;
};

PortRange read_range() {
  PortRange range;
  std::ifstream file("/proc/sys/net/ipv4/ip_local_port_range");
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  const bool good = file >> first >> last && first > 0 && first < last && last <= 65535;
  return good ? PortRange{first, last} : range;
}

// Not the remote's own: on one host that would be a socket connected to itself.
std::uint16_t random_port(Random& random, std::uint16_t remote) {
  static const PortRange range = read_range();
  const std::uint32_t port = range.first + random.below(range.last - range.first + 1);
  if (port != remote) return static_cast<std::uint16_t>(port);
  return static_cast<std::uint16_t>(port == range.last ? range.first : port + 1);
}

}  // namespace

net::Dialled<net::Datagrams> dial_from_random_port(net::Network& network,
                                                   const boost::asio::ip::udp::endpoint& remote,
                                                   const boost::asio::ip::address& local,
                                                   Random& random) {
  for (unsigned attempt = 0; attempt < kTries; ++attempt) {
    auto dialled = network.dial_datagrams(remote, {local, random_port(random, remote.port())});
    if (dialled.error != EADDRINUSE) return dialled;
  }
  return network.dial_datagrams(remote, {local, 0});
}

}  // namespace catena::client
