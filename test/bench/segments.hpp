// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <sys/socket.h>

namespace catena::bench {

/// The most datagrams that the kernel cuts from one send.
constexpr std::size_t kMostSegments = 64;

/// A send whose bytes the kernel cuts into datagrams of `size` bytes (UDP_SEGMENT).
struct Segments {
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(std::uint16_t))> control;

  void cut(msghdr& message, std::size_t size) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = IPPROTO_UDP;
    header->cmsg_type = UDP_SEGMENT;
    header->cmsg_len = CMSG_LEN(sizeof(std::uint16_t));
    const auto each = static_cast<std::uint16_t>(size);
    std::memcpy(CMSG_DATA(header), &each, sizeof(each));
  }
};

}  // namespace catena::bench
