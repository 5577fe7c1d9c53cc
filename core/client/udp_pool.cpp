// SPDX-License-Identifier: Apache-2.0
#include "core/client/udp_pool.hpp"

#include "core/client/channel.hpp"

#include <algorithm>

namespace catena::client {

void UdpPool::send(Call& call) {
  const Result<UdpSocket*, Fault> socket = choose();
  if (!socket) return channel_->fail_soon(call, socket.error());
  (*socket)->send(call);
}

std::size_t UdpPool::slots() const {
  const std::size_t idle = channel_->upstream().options.max_idle;
  return idle == 0 ? kSockets : std::min(idle, kSockets);
}

Result<UdpSocket*, Fault> UdpPool::choose() {
  const UpstreamLoop& loop = channel_->loop();
  auto& socket = sockets_[loop.random().below(static_cast<std::uint32_t>(slots()))];
  if (!socket || worn_out(*socket, loop.now())) return renew(socket);
  if (socket->full()) {
    return Fault{.during = Fault::During::limit, .remote = channel_->upstream().endpoint};
  }
  channel_->upstream().counters.hits[0]->add(loop.lane());
  return socket.get();
}

// Where descriptors are short, fewer ports do: one that is open takes the question.
Result<UdpSocket*, Fault> UdpPool::renew(std::shared_ptr<UdpSocket>& socket) {
  const Lane lane = channel_->loop().lane();
  const UpstreamCounters& counters = channel_->upstream().counters;
  auto opened = UdpSocket::open(*channel_);
  if (opened) {
    counters.misses[0]->add(lane);
    if (socket) retire(socket);
    socket = std::move(*opened);
    return socket.get();
  }
  const auto usable = [](const auto& other) { return other && !other->full(); };
  const auto other = std::find_if(sockets_.begin(), sockets_.end(), usable);
  if (other == sockets_.end()) return opened.error();
  counters.hits[0]->add(lane);
  return other->get();
}

bool UdpPool::worn_out(const UdpSocket& socket, TimePoint now) const {
  if (retired_.size() >= kMaxRetired) return false;
  const UpstreamOptions& options = channel_->upstream().options;
  const Duration age = now - socket.opened();
  if (socket.full() || age >= options.expire || socket.sent() >= kMaxQueries) return true;
  return options.max_age != Duration::zero() && age >= options.max_age;
}

void UdpPool::retire(std::shared_ptr<UdpSocket>& socket) {
  close_idle();
  if (socket->idle()) {
    socket->close();
  } else {
    retired_.push_back(socket);
  }
  socket.reset();
}

void UdpPool::close_idle() {
  const auto done = [](const std::shared_ptr<UdpSocket>& socket) {
    if (!socket->idle()) return false;
    socket->close();
    return true;
  };
  std::erase_if(retired_, done);
}

bool UdpPool::sweep(TimePoint now) {
  for (auto& socket : sockets_) {
    if (socket && worn_out(*socket, now)) retire(socket);
  }
  close_idle();
  const auto open = [](const std::shared_ptr<UdpSocket>& socket) { return socket != nullptr; };
  return !retired_.empty() || std::any_of(sockets_.begin(), sockets_.end(), open);
}

void UdpPool::close() {
  const auto retired = std::move(retired_);
  retired_.clear();
  const auto sockets = std::exchange(sockets_, {});
  for (const auto& socket : retired) socket->close();
  for (const auto& socket : sockets) {
    if (socket) socket->close();
  }
}

}  // namespace catena::client
