// SPDX-License-Identifier: Apache-2.0
#include "core/net/tcp_stream.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace catena::net {
namespace {

Moved unmoved(int error) {
  const bool passes = error == EAGAIN || error == EWOULDBLOCK;
  return passes ? Moved{} : Moved{Moved::How::failed, 0, error};
}

}  // namespace

Moved TcpStream::read_some(std::span<std::uint8_t> room) {
  for (;;) {
    const ssize_t size = ::recv(readiness_->descriptor(), room.data(), room.size(), MSG_DONTWAIT);
    if (size > 0) return {Moved::How::some, static_cast<std::size_t>(size)};
    if (size == 0) return {Moved::How::end};
    if (errno != EINTR) return unmoved(errno);
  }
}

std::optional<std::uint8_t> TcpStream::peek() {
  std::uint8_t first = 0;
  const ssize_t size = ::recv(readiness_->descriptor(), &first, 1, MSG_DONTWAIT | MSG_PEEK);
  return size == 1 ? std::optional(first) : std::nullopt;
}

Moved TcpStream::write_some(std::span<const std::uint8_t> bytes) {
  for (;;) {
    const ssize_t size =
        ::send(readiness_->descriptor(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (size >= 0) return {Moved::How::some, static_cast<std::size_t>(size)};
    if (errno != EINTR) return unmoved(errno);
  }
}

void TcpStream::reset() {
  const linger drop{1, 0};
  ::setsockopt(readiness_->descriptor(), SOL_SOCKET, SO_LINGER, &drop, sizeof drop);
  readiness_->close();
}

int TcpStream::renumber() {
  Descriptor lower(::fcntl(readiness_->descriptor(), F_DUPFD_CLOEXEC, 0));
  if (lower && lower.get() < readiness_->descriptor()) {
    readiness_ = std::make_unique<Readiness>(readiness_->executor(), std::move(lower));
  }
  return readiness_->descriptor();
}

std::size_t TcpStream::unsent() const {
  std::array<std::uint32_t, SK_MEMINFO_VARS> memory{};
  socklen_t size = sizeof memory;
  ::getsockopt(readiness_->descriptor(), SOL_SOCKET, SO_MEMINFO, memory.data(), &size);
  return memory[SK_MEMINFO_WMEM_QUEUED];
}

// The kernel puts the end into the segment that it holds back.
void TcpStream::join_end() {
  const int on = 1;
  ::setsockopt(readiness_->descriptor(), IPPROTO_TCP, TCP_CORK, &on, sizeof on);
  end_joined_ = true;
}

// Bytes that nobody has read make a reset of the close, and what was held back would be lost.
void TcpStream::close() {
  if (end_joined_) ::shutdown(readiness_->descriptor(), SHUT_WR);
  readiness_->close();
}

}  // namespace catena::net
