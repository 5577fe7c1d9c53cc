// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.hpp"
#include "core/plugin/setup.hpp"
#include "core/server/configuration.hpp"
#include "core/server/meters.hpp"
#include "core/server/worker.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace catena::server {

/// How much a server takes.
struct ServerLimits {
  std::size_t workers = 1;
  std::size_t connections = TcpConnections::kMaxConnections;  ///< In all.
  std::size_t waiting = UdpSlots::kMaxWaiting;                ///< UDP queries of each worker.
  std::chrono::nanoseconds drain = std::chrono::seconds(5);
};

/// Whether every plugin stopped without an error.
enum class Stopped : std::uint8_t { cleanly, with_errors };

/// A configuration that runs: plugins started, sockets bound, a thread for each worker. The metrics
/// registry has a lane for each worker and one more. Control thread only.
class Server {
 public:
  Server(const Process& process,
         std::shared_ptr<const Configuration> configuration,
         const ServerLimits& limits);
  /// Stops if that was not done.
  ~Server();

  /// Starts plugins in chain order, binds all addresses, then takes queries. On an error whatever
  /// had started is stopped again.
  Result<void> start();

  /// Goes over to another configuration, under load: starts its plugins, binds what is new, hands
  /// the sockets that stay to it, lets queries that wait end with the one before, stops its
  /// plugins. On an error nothing has changed. Blocks for at most `drain` and a little.
  Result<void> reload(std::shared_ptr<const Configuration> next);

  /// Lets plugins say farewell, finishes what is under way, for at most `drain`, then stops
  /// everything. Blocks; a second call
  /// does nothing.
  Stopped stop(std::chrono::nanoseconds drain);
  Stopped stop() { return stop(limits_.drain); }

  /// The port of a listener, also when the Corefile said 0. After start().
  std::uint16_t port(std::size_t listener) const { return ports_[listener]; }

  const Configuration& configuration() const { return *configuration_; }

  /// For each listener a text of one line for each of its zones.
  std::vector<std::string> lines() const;

 private:
  /// Plugins of one configuration that have started, in order.
  using Started = std::vector<Startable*>;

  /// The sockets of listeners that did not exist before, for each worker; and every listener's
  /// port.
  struct Bound {
    std::vector<std::vector<WorkerSockets>> sockets;
    std::vector<std::uint16_t> ports;
  };

  Result<Started> start_plugins(const Configuration& configuration);
  Result<Bound> bind(const Configuration& next) const;
  Result<std::uint16_t> bind(const Listener& listener, Bound& bound) const;
  void hand_over(std::shared_ptr<const Configuration> next, Bound bound);
  void say_farewell();
  void stop_plugins(const Started& started);

  const Process& process_;
  std::shared_ptr<const Configuration> configuration_;
  ServerLimits limits_;
  Meters meters_;
  Service service_;
  std::vector<std::unique_ptr<Worker>> workers_;
  Started started_;
  std::vector<std::uint16_t> ports_;
  bool running_ = false;
  Stopped stopped_ = Stopped::cleanly;
};

}  // namespace catena::server
