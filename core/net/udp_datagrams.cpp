// SPDX-License-Identifier: Apache-2.0
#include "core/net/udp_datagrams.hpp"

#include "core/net/addresses.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>

// After netinet/in.h, as it needs its types.
#include <linux/errqueue.h>

namespace catena::net {
namespace {

int error_in(msghdr& message) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part; part = CMSG_NXTHDR(&message, part)) {
    const bool v4 = part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_RECVERR;
    const bool v6 = part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_RECVERR;
    if (!v4 && !v6) continue;
    sock_extended_err error;
    std::memcpy(&error, CMSG_DATA(part), sizeof error);
    return static_cast<int>(error.ee_errno);
  }
  return EIO;
}

}  // namespace

std::size_t UdpDatagrams::receive(std::span<mmsghdr> batch) {
  const int count = ::recvmmsg(readiness_.descriptor(), batch.data(),
                               static_cast<unsigned>(batch.size()), MSG_DONTWAIT, nullptr);
  return count > 0 ? static_cast<std::size_t>(count) : 0;
}

Datagrams::Bounce UdpDatagrams::bounced(std::span<std::uint8_t> start) {
  std::array<char, 512> control;
  iovec part{start.data(), start.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t size = ::recvmsg(readiness_.descriptor(), &message, MSG_ERRQUEUE | MSG_DONTWAIT);
  if (size < 0) return {};
  return {error_in(message), static_cast<std::size_t>(size)};
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
