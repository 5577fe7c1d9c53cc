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

std::uint16_t random_port(Random& random) {
  static const PortRange range = read_range();
  return static_cast<std::uint16_t>(range.first + random.below(range.last - range.first + 1));
}

}  // namespace

int bind_to_random_port(boost::asio::ip::udp::socket& socket,
                        const boost::asio::ip::address& address,
                        Random& random) {
  boost::system::error_code error;
  for (unsigned attempt = 0; attempt < kTries; ++attempt) {
    socket.bind({address, random_port(random)}, error);
    if (error.value() != EADDRINUSE) return error.value();
  }
  socket.bind({address, 0}, error);
  return error.value();
}

}  // namespace catena::client
