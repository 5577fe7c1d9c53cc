// SPDX-License-Identifier: Apache-2.0
#include "test/bench/generator/stream_lane.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <stdexcept>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace catena::bench {
namespace {

constexpr std::size_t kRoom = 256 * 1024;
constexpr std::ptrdiff_t kLater = -1;

// Whom it talks to is not doubted: the certificate was made for the measurement.
SSL_CTX* context() {
  static SSL_CTX* const made = [] {
    SSL_CTX* context = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    return context;
  }();
  return made;
}

}  // namespace

StreamLane::StreamLane(const Settings& settings, Questions& questions)
    : Lane(settings, questions), in_(kRoom) {
  connect();
}

StreamLane::~StreamLane() { disconnect(); }

void StreamLane::connect() {
  descriptor_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int one = 1;
  setsockopt(descriptor_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
  const auto* address = reinterpret_cast<const sockaddr*>(&settings_.server);
  if (::connect(descriptor_, address, sizeof(settings_.server)) != 0)
    throw std::system_error(errno, std::generic_category(), "connect");
  if (settings_.transport == Transport::tls) start_tls();
  fcntl(descriptor_, F_SETFL, O_NONBLOCK);
  have_ = 0;
  out_.clear();
}

void StreamLane::disconnect() {
  session_.reset();
  if (descriptor_ >= 0) close(descriptor_);
  descriptor_ = -1;
}

void StreamLane::start_tls() {
  session_.reset(SSL_new(context()));
  SSL_set_fd(session_.get(), descriptor_);
  SSL_set_tlsext_host_name(session_.get(), settings_.server_name.c_str());
  if (SSL_connect(session_.get()) != 1) throw std::runtime_error("no TLS session");
}

// Bytes, 0 at the end, or kLater.
std::ptrdiff_t StreamLane::read(unsigned char* bytes, std::size_t room) {
  if (!session_) {
    const std::ptrdiff_t count = recv(descriptor_, bytes, room, 0);
    return count >= 0 ? count : (errno == EAGAIN ? kLater : 0);
  }
  const int count = SSL_read(session_.get(), bytes, static_cast<int>(room));
  if (count > 0) return count;
  return SSL_get_error(session_.get(), count) == SSL_ERROR_WANT_READ ? kLater : 0;
}

std::ptrdiff_t StreamLane::write(const char* bytes, std::size_t size) {
  if (session_) return SSL_write(session_.get(), bytes, static_cast<int>(size));
  return send(descriptor_, bytes, size, MSG_NOSIGNAL);
}

bool StreamLane::receive(Tally& tally) {
  flush();
  if (open() == 0) return false;
  const std::ptrdiff_t count = read(in_.data() + have_, in_.size() - have_);
  if (count == kLater) return false;
  if (count == 0) {
    disconnect();
    connect();
    return true;
  }
  have_ += static_cast<std::size_t>(count);
  take_messages(tally);
  return true;
}

void StreamLane::take_messages(Tally& tally) {
  std::size_t at = 0;
  while (have_ - at >= 2) {
    const std::size_t size = static_cast<std::size_t>(in_[at] << 8 | in_[at + 1]);
    if (have_ - at - 2 < size) break;
    take({in_.data() + at + 2, size}, tally);
    at += 2 + size;
  }
  std::memmove(in_.data(), in_.data() + at, have_ - at);
  have_ -= at;
}

void StreamLane::ask(std::size_t count, Pace& pace) {
  std::array<unsigned char, kLargestQuestion> message;
  for (; count > 0; --count) {
    const std::size_t size = next(message.data(), pace);
    out_ += static_cast<char>(size >> 8);
    out_ += static_cast<char>(size);
    out_.append(reinterpret_cast<const char*>(message.data()), size);
  }
  flush();
}

void StreamLane::flush() {
  if (out_.empty()) return;
  const std::ptrdiff_t count = write(out_.data(), out_.size());
  if (count > 0) out_.erase(0, static_cast<std::size_t>(count));
}

}  // namespace catena::bench
