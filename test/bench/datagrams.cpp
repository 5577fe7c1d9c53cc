// SPDX-License-Identifier: Apache-2.0
#include "test/bench/datagrams.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace catena::bench {
namespace {

constexpr int kBuffer = 4 << 20;

int open_socket(int flags) {
  const int descriptor = socket(AF_INET, SOCK_DGRAM | flags, 0);
  setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &kBuffer, sizeof(kBuffer));
  setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &kBuffer, sizeof(kBuffer));
  return descriptor;
}

void require(int result, const char* what) {
  if (result == 0) return;
  std::perror(what);
  std::exit(1);
}

}  // namespace

Datagrams::Datagrams(Peers peers) {
  for (std::size_t i = 0; i < kMost; ++i) {
    parts_[i] = {bytes_[i].data(), kRoom};
    messages_[i] = {};
    messages_[i].msg_hdr.msg_iov = &parts_[i];
    messages_[i].msg_hdr.msg_iovlen = 1;
    if (peers == Peers::one) continue;
    messages_[i].msg_hdr.msg_name = &peers_[i];
    messages_[i].msg_hdr.msg_namelen = sizeof(sockaddr_in);
  }
}

std::size_t Datagrams::receive(int socket, int flags) {
  for (std::size_t i = 0; i < used_; ++i) parts_[i].iov_len = kRoom;
  const int count = recvmmsg(socket, messages_.data(), kMost, flags, nullptr);
  used_ = count > 0 ? static_cast<std::size_t>(count) : 0;
  for (std::size_t i = 0; i < used_; ++i) parts_[i].iov_len = messages_[i].msg_len;
  return used_;
}

void Datagrams::send(int socket, std::size_t count) {
  for (std::size_t sent = 0; sent < count;) {
    const int n = sendmmsg(socket, messages_.data() + sent, static_cast<unsigned>(count - sent), 0);
    if (n <= 0) return;
    sent += static_cast<std::size_t>(n);
  }
}

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  return address;
}

int open_server_socket(int port, int flags) {
  const int descriptor = open_socket(flags);
  const sockaddr_in address = loopback(port);
  require(bind(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), "bind");
  return descriptor;
}

int open_client_socket(const sockaddr_in& server) {
  const int descriptor = open_socket(SOCK_NONBLOCK);
  require(connect(descriptor, reinterpret_cast<const sockaddr*>(&server), sizeof(server)),
          "connect");
  return descriptor;
}

}  // namespace catena::bench
