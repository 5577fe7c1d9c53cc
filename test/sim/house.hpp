// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/memory_acceptor.hpp"
#include "core/net/memory_datagrams.hpp"
#include "core/net/memory_network.hpp"
#include "core/net/memory_stream.hpp"
#include "core/server/tcp.hpp"
#include "core/server/udp.hpp"

#include "test/sim/process_parts.hpp"

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <cerrno>
#include <string>
#include <vector>

namespace catena::sim {

namespace asio = boost::asio;

/// The server's own code from its sockets to its plugins, as one worker has it, in one thread: its
/// sockets are in memory, its time stands still, and nothing happens but in turn(). What tests and
/// worlds of the simulation are built on.
class House {
 public:
  struct Limits {
    std::size_t memory = 16 * 1024 * 1024;  ///< Bytes for clients.
    std::size_t connections = server::TcpConnections::kMaxConnections;
  };

  /// A Corefile of one server block and the plugins that it may name. Throws its errors.
  House(const std::string& corefile, Registry plugins, Limits limits)
      : configuration_(assembled(corefile, plugins, parts.process)),
        meters(parts.metrics),
        budget(limits.memory, 1),
        service{parts.process, meters, budget},
        dispatcher({io.get_executor(), deadlines, outside, random}, Lane{1}, service,
                   configuration_),
        slots(dispatcher, output),
        receiver(slots),
        connections(dispatcher, limits.connections, kDescriptors) {
    auto leaving = [this](const net::MemoryDatagram& datagram) { return leave(datagram); };
    auto datagrams = std::make_unique<net::MemoryDatagrams>(io.get_executor(), leaving);
    udp = datagrams.get();
    server::UdpPlace place;
    place.listener = &listener();
    place.local = {asio::ip::make_address("192.0.2.53"), 53};
    socket_ = std::make_unique<server::UdpSocket>(std::move(datagrams), place, receiver);
    auto acceptor = std::make_unique<net::MemoryAcceptor>(io.get_executor());
    tcp = acceptor.get();
    acceptor_ =
        std::make_unique<server::TcpAcceptor>(std::move(acceptor), listener(), connections);
    start(*configuration_);
    for (TakesOver* plugin : configuration_->with<TakesOver>()) plugin->take_over();
    socket_->start();
    acceptor_->start();
  }
  /// None of its sockets has one.
  static constexpr DescriptorLimit kDescriptors{1024};

  House(const std::string& corefile, Registry plugins) : House(corefile, plugins, Limits()) {}

  /// As a worker ends: what still waits is never answered.
  ~House() {
    if (former_ && !std::exchange(former_left_, true)) leave(*former_);
    connections.finish_with(*configuration_);
    leave(*configuration_);
    turn();
    connections.close_all();
    socket_.reset();
    acceptor_.reset();
    deadlines.abandon();
    io.restart();
    io.poll();
    parts.epoch.leave(reader_);
  }
  House(const House&) = delete;
  House& operator=(const House&) = delete;

  /// All that can happen now does. Returns the number of steps.
  std::size_t turn() {
    std::size_t steps = 0;
    for (std::size_t more = 1; more != 0; steps += more) {
      io.restart();
      more = io.poll_one() + deadlines.run_due(parts.clock.now());
      output.flush();
      if (former_) part_from_former();
      reader_->quiescent();
    }
    return steps;
  }

  /// Goes over to another Corefile with the same zone, in one turn, as a worker does. Not while
  /// reloading().
  void reload(const std::string& corefile, Registry plugins) {
    former_ = std::exchange(configuration_, assembled(corefile, plugins, parts.process));
    former_until_ = parts.clock.now() + kPatience;
    start(*configuration_);
    for (TakesOver* plugin : configuration_->with<TakesOver>()) plugin->take_over();
    dispatcher.adopt(configuration_);
    socket_->serve(listener());
    acceptor_->serve(listener());
    connections.adopt(*configuration_);
    deadlines.add(wake_, former_until_);
  }
  /// Whether queries may still run with the Corefile before.
  bool reloading() const { return former_ != nullptr; }

  /// Time goes on, from one deadline to the next.
  void pass(Duration time) {
    const TimePoint until = parts.clock.now() + time;
    for (turn(); deadlines.next() <= until; turn()) {
      parts.clock.advance(std::max(Duration::zero(), deadlines.next() - parts.clock.now()));
    }
    parts.clock.advance(until - parts.clock.now());
    turn();
  }

  /// A datagram from a client; false when the socket takes none any more.
  bool send(const asio::ip::udp::endpoint& client, std::vector<std::uint8_t> bytes) {
    return udp != nullptr && udp->arrive({client, std::move(bytes)});
  }

  /// A client's connection, which knocks at the door.
  std::unique_ptr<net::MemoryPeer> connect(const asio::ip::udp::endpoint& client,
                                           std::size_t window = net::MemoryPeer::kWindow) {
    auto peer = std::make_unique<net::MemoryPeer>(io.get_executor(), window);
    tcp->knock({net::Accepted::How::one, peer->stream(), client,
                {asio::ip::make_address("192.0.2.53"), 53}});
    return peer;
  }

  /// The UDP socket goes, as at the end of a reload that no longer has it.
  void close_udp() {
    udp = nullptr;
    socket_.reset();
  }

  const server::Listener& listener() const { return *configuration_->listeners.front(); }

  /// What is to become of a datagram that leaves: 0, or errno. Without it all arrive.
  std::function<int(const net::MemoryDatagram&)> network;
  /// What has arrived.
  std::vector<net::MemoryDatagram> delivered;

  /// What is to become of a datagram that plugins send, and of a connection that they make. Without
  /// these nobody is there.
  net::MemoryNetwork::Leaving outgoing;
  net::MemoryNetwork::Connecting connecting;

 private:
  void start(const server::Configuration& configuration) {
    for (Startable* plugin : configuration.with<Startable>()) plugin->start();
    for (WorkerAware* plugin : configuration.with<WorkerAware>()) plugin->enter(dispatcher);
  }

  void leave(const server::Configuration& configuration) {
    for (WorkerAware* plugin : configuration.with<WorkerAware>()) plugin->leave(dispatcher);
    for (Startable* plugin : configuration.with<Startable>()) plugin->stop();
  }

  void part_from_former() {
    const bool idle = dispatcher.running_with(*former_) == 0 &&
                      connections.count_with(*former_) == 0;
    const bool late = parts.clock.now() >= former_until_;
    if (!idle && !late) return;
    if (!std::exchange(former_left_, true)) {
      connections.finish_with(*former_);
      leave(*former_);
    }
    if (!idle) return;
    connections.close_with(*former_);
    dispatcher.forget_unused();
    former_.reset();
    former_left_ = false;
    wake_.cancel();
  }

  int leave(const net::MemoryDatagram& datagram) {
    const int error = network ? network(datagram) : 0;
    if (error == 0) delivered.push_back(datagram);
    return error;
  }

 public:
  ProcessParts parts;
  asio::io_context io;
  net::Deadlines deadlines;
  net::MemoryNetwork outside{
      io.get_executor(),
      [this](const auto& local, const auto& datagram) {
        return outgoing ? outgoing(local, datagram) : ENETUNREACH;
      },
      [this](const auto& local, const auto& remote) {
        return connecting ? connecting(local, remote) : nullptr;
      }};
  /// Another seed, other numbers: before anybody has drawn one.
  Random random{1};

 private:
  static constexpr Duration kPatience = std::chrono::seconds(5);
  std::shared_ptr<epoch::Reader> reader_ = parts.epoch.join([] {});
  std::shared_ptr<const server::Configuration> configuration_;
  std::shared_ptr<const server::Configuration> former_;
  TimePoint former_until_{};
  bool former_left_ = false;
  net::Reminder wake_{[] {}};  // Being reminded turns the loop once.

 public:
  server::Meters meters;
  Budget budget;
  const server::Service service;
  server::Dispatcher dispatcher;
  server::UdpOutput output;
  server::UdpSlots slots;
  server::UdpReceiver receiver;
  server::TcpConnections connections;
  net::MemoryDatagrams* udp = nullptr;
  net::MemoryAcceptor* tcp = nullptr;

 private:
  std::unique_ptr<server::UdpSocket> socket_;
  std::unique_ptr<server::TcpAcceptor> acceptor_;
};

}  // namespace catena::sim
