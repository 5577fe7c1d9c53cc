// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/memory_acceptor.hpp"
#include "core/net/memory_datagrams.hpp"
#include "core/net/memory_stream.hpp"
#include "core/server/host.hpp"

#include "test/sim/dice.hpp"
#include "test/sim/memory_loop.hpp"

#include <memory>
#include <set>
#include <string>
#include <vector>

namespace catena::sim {

/// What a server runs on, all of it in one thread: its sockets are in memory, its workers go on
/// when turn() says, its time is a clock that is turned by hand.
class MemoryHost final : public server::Host {
 public:
  using Endpoint = asio::ip::udp::endpoint;

  /// A datagram that has left one of the server's sockets.
  struct Delivered {
    Endpoint from;
    net::MemoryDatagram datagram;
  };

  /// Both outlive it.
  MemoryHost(ManualClock& clock, Dice& dice) : clock_(clock), dice_(dice) {}

  std::unique_ptr<server::WorkerLoop> loop(const Clock& clock) override;
  Result<server::OpenListener> bind(const net::ListenerSpec& spec,
                                    std::span<const asio::any_io_executor> loops) override;
  std::unique_ptr<Ticker> ticker(Duration, std::function<void()>) override { return nullptr; }
  void wait(Duration time) override;

  /// Addresses that somebody else has.
  std::set<std::string> taken;
  /// What has left and nobody has looked at.
  std::vector<Delivered> delivered;

  /// Some of what one loop has to do now, which one and how much the dice say. False where none has
  /// anything to do.
  bool turn();
  /// All that can happen now does.
  void settle();
  /// When a loop has something to do next.
  TimePoint next() const;

  /// Loops, and sockets that listen, which somebody holds.
  std::size_t loops() const { return loops_.size(); }
  std::size_t open() const { return datagrams_.size() + acceptors_.size(); }

  /// A datagram for one of the sockets at `server`; false where none takes any.
  bool send(const Endpoint& server, const net::MemoryDatagram& datagram);
  /// A connection to one of the doors at `server`; null where none is open.
  std::unique_ptr<net::MemoryPeer> connect(const Endpoint& server, const Endpoint& client);

 private:
  template <class Socket>
  class Listed;
  template <class Socket>
  using Row = std::vector<Listed<Socket>*>;

  static constexpr Duration kLongestWait = std::chrono::minutes(10);

  ManualClock& clock_;
  Dice& dice_;
  Duration waited_{};
  MemoryLoop::Row loops_;
  Row<net::MemoryDatagrams> datagrams_;
  Row<net::MemoryAcceptor> acceptors_;
};

}  // namespace catena::sim
