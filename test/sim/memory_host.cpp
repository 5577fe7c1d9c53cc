// SPDX-License-Identifier: Apache-2.0
#include "test/sim/memory_host.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <exception>
#include <utility>

namespace catena::sim {

/// A socket that its host knows as long as it lives.
template <class Socket>
class MemoryHost::Listed final : public Socket {
 public:
  template <class... Parts>
  Listed(Row<Socket>& row, const Endpoint& own, asio::any_io_executor own_loop, Parts&&... parts)
      : Socket(own_loop, std::forward<Parts>(parts)...), place(own), loop(own_loop), row_(row) {
    row_.push_back(this);
  }
  ~Listed() override { std::erase(row_, this); }

  const Endpoint place;
  const asio::any_io_executor loop;

 private:
  Row<Socket>& row_;
};

// Its plugins reach nobody.
std::unique_ptr<server::WorkerLoop> MemoryHost::loop(const Clock& clock) {
  return std::make_unique<MemoryLoop>(
      loops_, clock, Random(dice_.next()), [](const auto&, const auto&) { return ENETUNREACH; },
      [](const auto&, const auto&) { return nullptr; });
}

Result<server::OpenListener> MemoryHost::bind(const net::ListenerSpec& spec,
                                              std::span<const asio::any_io_executor> loops) {
  if (taken.contains(spec.address)) {
    return Error{fmt::format("Listen: {} is somebody else's", spec.address)};
  }
  const Endpoint own(asio::ip::make_address(spec.address), spec.port);
  server::OpenListener open{{}, spec.port};
  for (const asio::any_io_executor& loop : loops) {
    auto leaving = [this, own](const net::MemoryDatagram& datagram) {
      delivered.push_back({own, datagram});
      return 0;
    };
    using Udp = Listed<net::MemoryDatagrams>;
    using Tcp = Listed<net::MemoryAcceptor>;
    server::SocketPair& pair = open.pairs.emplace_back();
    if (spec.datagrams) pair.udp = std::make_unique<Udp>(datagrams_, own, loop, leaving);
    if (spec.streams) pair.tcp = std::make_unique<Tcp>(acceptors_, own, loop);
  }
  return open;
}

bool MemoryHost::turn() {
  const std::size_t first = loops_.empty() ? 0 : dice_.below(loops_.size());
  for (std::size_t i = 0; i < loops_.size(); ++i) {
    if (loops_[(first + i) % loops_.size()]->turn(dice_.between(1, 4)) > 0) return true;
  }
  return false;
}

void MemoryHost::settle() {
  while (turn()) continue;
}

TimePoint MemoryHost::next() const {
  TimePoint next = TimePoint::max();
  for (const MemoryLoop* loop : loops_) next = std::min(next, loop->next());
  return next;
}

// Where nobody ever comes to an end a destructor would wait for ever.
void MemoryHost::wait(Duration time) {
  settle();
  clock_.advance(time);
  settle();
  waited_ += time;
  if (waited_ > kLongestWait) std::terminate();
}

bool MemoryHost::send(const Endpoint& server, const net::MemoryDatagram& datagram) {
  const std::size_t first = datagrams_.empty() ? 0 : dice_.below(datagrams_.size());
  for (std::size_t i = 0; i < datagrams_.size(); ++i) {
    auto& one = *datagrams_[(first + i) % datagrams_.size()];
    if (one.place == server && one.arrive(datagram)) return true;
  }
  return false;
}

std::unique_ptr<net::MemoryPeer> MemoryHost::connect(const Endpoint& server,
                                                     const Endpoint& client) {
  const std::size_t first = acceptors_.empty() ? 0 : dice_.below(acceptors_.size());
  for (std::size_t i = 0; i < acceptors_.size(); ++i) {
    auto& one = *acceptors_[(first + i) % acceptors_.size()];
    if (one.place != server || !one.is_open()) continue;
    auto peer = std::make_unique<net::MemoryPeer>(one.loop);
    one.knock({net::Accepted::How::one, peer->stream(), client, server});
    return peer;
  }
  return nullptr;
}

}  // namespace catena::sim
