// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/memory_acceptor.hpp"
#include "core/net/memory_datagrams.hpp"
#include "core/net/memory_stream.hpp"
#include "core/server/running_plugins.hpp"
#include "core/server/worker.hpp"

#include "test/sim/memory_loop.hpp"
#include "test/sim/pass_time.hpp"
#include "test/support/assembled.hpp"
#include "test/support/test_process.hpp"

#include <cerrno>
#include <optional>
#include <string>
#include <vector>

namespace catena::sim {

/// One worker with all that is the server's own, from its sockets to its plugins, in one thread:
/// its sockets are in memory, its time stands still, and nothing happens but in turn(). What tests
/// and worlds of the simulation are built on. It waits for no plugin that prepares.
class House {
 public:
  struct Limits {
    std::size_t memory = 16 * 1024 * 1024;  ///< Bytes for clients.
    std::size_t connections = server::TcpConnections::kMaxConnections;
  };

  /// A Corefile of one server block and the plugins that it may name. Throws its errors.
  House(const std::string& corefile, PluginList plugins, Limits limits)
      : meters(parts.metrics),
        budget(limits.memory, 1),
        service{parts.process, meters, budget},
        present_(started(corefile, plugins)),
        worker_(loop(), 0, service, present_->configuration(), {limits.connections, kDescriptors}) {
    auto leaving = [this](const net::MemoryDatagram& datagram) { return leave(datagram); };
    auto datagrams = std::make_unique<net::MemoryDatagrams>(io.get_executor(), leaving);
    auto acceptor = std::make_unique<net::MemoryAcceptor>(io.get_executor());
    udp = datagrams.get();
    tcp = acceptor.get();
    server::UdpPlace place;
    place.listener = &listener();
    place.local = kLocal;
    worker_.add({{std::move(datagrams), std::move(acceptor)}, &listener(), place});
    take_over();
    worker_.start();
    turn();
  }
  /// None of its sockets has one.
  static constexpr DescriptorLimit kDescriptors{1024};
  inline static const asio::ip::udp::endpoint kLocal{asio::ip::make_address("192.0.2.53"), 53};

  House(const std::string& corefile, PluginList plugins) : House(corefile, plugins, Limits()) {}

  /// As a worker ends that has no time: what still waits is never answered. Whoever is outside may
  /// be gone by now.
  ~House() {
    network = {};
    outgoing = {};
    connecting = {};
    worker_.drain(Duration::zero());
    for (turn(); !worker_.gone(); turn()) parts.clock.advance(std::chrono::milliseconds(50));
    former_.reset();
    present_.reset();
  }
  House(const House&) = delete;
  House& operator=(const House&) = delete;

  /// All that can happen now does. Returns the number of steps.
  std::size_t turn() {
    std::size_t steps = 0;
    for (std::size_t more = 1; more != 0; steps += more) more = step();
    return steps;
  }

  /// One thing that can happen, and what is due. 0: nothing can.
  std::size_t step() {
    const std::size_t done = loops_.front()->turn(1);
    if (std::exchange(former_left_, false)) former_.reset();
    return done;
  }

  /// Goes over to another Corefile with the same zone, in one turn. Not while reloading().
  void reload(const std::string& corefile, PluginList plugins) {
    server::RunningPlugins next = started(corefile, plugins);
    former_.emplace(std::move(*present_));
    present_.emplace(std::move(next));
    take_over();
    worker_.adopt({present_->configuration(), {}, kPatience, [this] { former_left_ = true; }});
  }
  /// Whether queries may still run with the Corefile before.
  bool reloading() const { return former_.has_value(); }

  /// Takes nothing new and ends what is under way, whatever time that takes.
  void drain() { worker_.drain(std::chrono::hours(1)); }

  /// Time goes on, from one deadline to the next.
  void pass(Duration time) {
    pass_time(parts.clock, time, [this] { turn(); }, [this] { return loops_.front()->next(); });
  }

  /// A datagram from a client; false when the socket takes none any more.
  bool send(const asio::ip::udp::endpoint& client, std::vector<std::uint8_t> bytes) {
    return udp != nullptr && udp->arrive({client, std::move(bytes)});
  }

  /// A client's connection, which knocks at the door.
  std::unique_ptr<net::MemoryPeer> connect(const asio::ip::udp::endpoint& client,
                                           std::size_t window = net::MemoryPeer::kWindow) {
    auto peer = std::make_unique<net::MemoryPeer>(io.get_executor(), window);
    tcp->knock({net::Accepted::How::one, peer->stream(), client, kLocal});
    return peer;
  }

  /// The UDP socket takes nothing any more, and gives nothing away.
  void close_udp() { std::exchange(udp, nullptr)->close(); }

  const server::Listener& listener() const { return *present_->configuration()->listeners.front(); }

  /// What is to become of a datagram that leaves: 0, or errno. Without it all arrive.
  std::function<int(const net::MemoryDatagram&)> network;
  /// What has arrived.
  std::vector<net::MemoryDatagram> delivered;

  /// What is to become of a datagram that plugins send, and of a connection that they make. Without
  /// these nobody is there.
  net::MemoryNetwork::Leaving outgoing;
  net::MemoryNetwork::Connecting connecting;

 private:
  void take_over() {
    for (TakesOver* plugin : present_->configuration()->with<TakesOver>()) plugin->take_over();
  }

  server::RunningPlugins started(const std::string& corefile, PluginList plugins) {
    auto made = server::RunningPlugins::start(test::assembled(corefile, plugins, parts.process),
                                              parts.process);
    return std::move(made.value());
  }

  std::unique_ptr<server::WorkerLoop> loop() {
    return std::make_unique<MemoryLoop>(
        loops_, parts.clock, Random(1),
        [this](const auto& local, const auto& datagram) {
          return outgoing ? outgoing(local, datagram) : ENETUNREACH;
        },
        [this](const auto& local, const auto& remote) {
          return connecting ? connecting(local, remote) : nullptr;
        });
  }

  int leave(const net::MemoryDatagram& datagram) {
    const int error = network ? network(datagram) : 0;
    if (error == 0) delivered.push_back(datagram);
    return error;
  }

 public:
  test::ManualProcess parts;
  server::Meters meters;
  Budget budget;
  const server::Service service;

 private:
  static constexpr Duration kPatience = std::chrono::seconds(5);

  std::optional<server::RunningPlugins> present_;
  std::optional<server::RunningPlugins> former_;
  bool former_left_ = false;
  MemoryLoop::Row loops_;
  server::Worker worker_;

 public:
  asio::io_context& io = loops_.front()->io;
  net::Deadlines& deadlines = loops_.front()->deadlines;
  net::MemoryNetwork& outside = loops_.front()->network;
  /// Another seed, other numbers: before anybody has drawn one.
  Random& random = loops_.front()->random;
  const server::Dispatcher& dispatcher = worker_.dispatcher();
  const server::UdpSlots& slots = worker_.slots();
  const server::TcpConnections& connections = worker_.connections();
  net::MemoryDatagrams* udp = nullptr;
  net::MemoryAcceptor* tcp = nullptr;
};

}  // namespace catena::sim
