// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <netinet/in.h>
#include <span>
#include <sys/socket.h>

namespace catena::bench {

/// Room for what one system call receives or sends. What is not used is not touched.
class Datagrams {
 public:
  static constexpr std::size_t kMost = 64;
  static constexpr std::size_t kRoom = 1500;
  /// Whether the socket is connected, or each datagram has an address.
  enum class Peers { one, each };

  explicit Datagrams(Peers peers);
  Datagrams(const Datagrams&) = delete;
  Datagrams& operator=(const Datagrams&) = delete;

  /// How many have come; 0 if none.
  std::size_t receive(int socket, int flags);

  /// Sends the first so many; what finds no room is dropped.
  void send(int socket, std::size_t count);

  unsigned char* bytes(std::size_t index) { return bytes_[index].data(); }
  std::size_t size(std::size_t index) const { return parts_[index].iov_len; }
  void set_size(std::size_t index, std::size_t size) { parts_[index].iov_len = size; }
  sockaddr_in& peer(std::size_t index) { return peers_[index]; }
  std::span<const unsigned char> view(std::size_t index) const {
    return {bytes_[index].data(), size(index)};
  }

 private:
  std::size_t used_ = 0;
  std::array<std::array<unsigned char, kRoom>, kMost> bytes_;
  std::array<sockaddr_in, kMost> peers_;
  std::array<iovec, kMost> parts_;
  std::array<mmsghdr, kMost> messages_;
};

/// A UDP socket on a port of 127.0.0.1, with room for what a generator may send at once. Ends the
/// program where that cannot be.
int open_server_socket(int port, int flags);

/// One that is connected to a server, not waiting.
int open_client_socket(const sockaddr_in& server);

sockaddr_in loopback(int port);

}  // namespace catena::bench
