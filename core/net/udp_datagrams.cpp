// SPDX-License-Identifier: Apache-2.0
#include "core/net/udp_datagrams.hpp"

#include "core/net/addresses.hpp"

#include <cerrno>

namespace catena::net {

std::size_t UdpDatagrams::receive(std::span<mmsghdr> batch) {
  const int count = ::recvmmsg(readiness_.descriptor(), batch.data(),
                               static_cast<unsigned>(batch.size()), MSG_DONTWAIT, nullptr);
  return count > 0 ? static_cast<std::size_t>(count) : 0;
}

int UdpDatagrams::send(std::span<mmsghdr> batch) {
  for (;;) {
    const int sent = ::sendmmsg(readiness_.descriptor(), batch.data(),
                                static_cast<unsigned>(batch.size()), MSG_DONTWAIT);
    if (sent >= 0) return sent;
    if (errno != EINTR) return -errno;
  }
}

// A connected socket gets what its peer sends, and nobody sends from our own address. It still
// sends to anybody. Closing it would lose what came since it was read last.
void UdpDatagrams::turn_away() {
  readiness_.stop_reading();
  SocketAddress own;
  own.size = sizeof own.storage;
  if (::getsockname(readiness_.descriptor(), own.get(), &own.size) != 0) return;
  static_cast<void>(::connect(readiness_.descriptor(), own.get(), own.size));
}

}  // namespace catena::net
