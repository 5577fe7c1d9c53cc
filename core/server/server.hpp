// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/budget.hpp"
#include "core/base/error.hpp"
#include "core/plugin/setup.hpp"
#include "core/server/configuration.hpp"
#include "core/server/host.hpp"
#include "core/server/memory.hpp"
#include "core/server/memory_watch.hpp"
#include "core/server/meters.hpp"
#include "core/server/running_plugins.hpp"
#include "core/server/worker.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace catena::server {

/// How much a server takes.
struct ServerLimits {
  std::size_t workers = 1;
  std::size_t connections = TcpConnections::kMaxConnections;  ///< In all.
  DescriptorLimit descriptors{1u << 20};                      ///< Of the process.
  MemoryPlan memory;  ///< What all that clients hold may take.
  std::chrono::nanoseconds drain = std::chrono::seconds(5);
};

/// A configuration that runs: plugins started, sockets bound, a loop for each worker. The metrics
/// registry has a lane for each worker and one more. Control thread only. Nothing here waits, so
/// that the end can be ordered at every moment: start(), reload() and stop() begin something,
/// step() goes on with it.
///
///     Idle ──start──> Starting ──> Running <──────────────────────────┐
///                                    │ reload                         │
///                                    └─────> Reloading ──> Changing ──┘
///     stop, from any of these: ──> Leaving ──> Draining ──> Ended
///
/// What was started stands in the state that it belongs to, so that no way out of it can forget to
/// stop it. From Idle and Starting, where nothing was answered yet, stop() leads to Ended at once.
class Server {
 public:
  using Told = std::function<void(const Result<void>&)>;
  using ToldEnd = std::function<void(Stopped)>;

  Server(const Process& process,
         Host& host,
         std::shared_ptr<const Configuration> configuration,
         const ServerLimits& limits);
  /// Ends it if that was not done, with all the time that takes.
  ~Server();

  /// Starts plugins in chain order; once they have prepared, binds all addresses and takes queries.
  /// Tells when it runs, or what went wrong: whatever had started has stopped again then, and this
  /// is Ended. Only when Idle. Not told any more after stop().
  void start(Told told);

  /// Goes over to another configuration, under load: starts its plugins, lets them prepare while
  /// the present one answers, binds what is new, hands the sockets that stay to it, lets queries
  /// that wait end with the one before, `drain` at most, and stops its plugins. Tells when that is
  /// done, or what went wrong: nothing has changed then. An error unless Running. Not told any more
  /// after stop().
  void reload(std::shared_ptr<const Configuration> next, Told told);

  /// Gives up a start or a reload that is under way, lets plugins say farewell, finishes what is
  /// under way, for at most `drain`, stops everything, then tells. In any state; of several calls
  /// the shortest `drain` counts.
  void stop(Duration drain, ToldEnd told);
  void stop(ToldEnd told) { stop(limits_.drain, std::move(told)); }

  /// Goes on with what is under way, as far as it goes without waiting; says in what time to call
  /// again. Nothing: not before the next order.
  std::optional<Duration> step();

  /// True when a reload may begin.
  bool running() const { return std::holds_alternative<Running>(state_); }
  bool ended() const { return std::holds_alternative<Ended>(state_); }

  /// The port of a listener, also when the Corefile said 0. While it runs, on the thread that calls
  /// step(), which writes them anew at each reload.
  std::uint16_t port(std::size_t listener) const { return ports_[listener]; }

  /// The one that runs or will.
  const Configuration& configuration() const { return *configuration_; }

  /// For each listener a text of one line for each of its zones. While it runs.
  std::vector<std::string> lines() const;

 private:
  /// Workers that still run something with the configuration before.
  using Staying = std::shared_ptr<std::atomic<std::size_t>>;

  /// The configuration before the present one, until no worker runs anything with it.
  struct Former {
    RunningPlugins plugins;
    Staying staying;
    bool gone() const { return *staying == 0; }
  };

  struct Idle {};
  struct Starting {
    RunningPlugins plugins;
    Told told;
  };
  struct Running {
    RunningPlugins plugins;
  };
  struct Reloading {
    RunningPlugins plugins;
    RunningPlugins next;
    Told told;
  };
  struct Changing {
    RunningPlugins plugins;
    Former former;
    Told told;
  };
  /// Plugins have said farewell; queries are answered until then.
  struct Leaving {
    RunningPlugins plugins;
    std::optional<Former> former;
    TimePoint until;
    Duration drain;
  };
  /// Workers take nothing new, finish, and end.
  struct Draining {
    RunningPlugins plugins;
    std::optional<Former> former;
  };
  struct Ended {};
  using State =
      std::variant<Idle, Starting, Running, Reloading, Changing, Leaving, Draining, Ended>;

  /// The sockets of listeners that did not exist before, for each worker; and every listener's
  /// port.
  struct Bound {
    std::vector<std::vector<WorkerSockets>> sockets;
    std::vector<std::uint16_t> ports;
  };

  template <class Next>
  void become(Next next);
  template <class Now>
  Now take();

  std::optional<Duration> go_on(Starting& starting);
  std::optional<Duration> go_on(Reloading& reloading);
  std::optional<Duration> go_on(Changing& changing);
  std::optional<Duration> go_on(Leaving& leaving);
  std::optional<Duration> go_on(Draining& draining);
  template <class Resting>
  std::optional<Duration> go_on(Resting&) {
    return std::nullopt;
  }

  Result<void> begin(const RunningPlugins& plugins);
  Result<Bound> open(const RunningPlugins& plugins, const Configuration* before) const;
  Result<Bound> bind(const Configuration& next, const Configuration* before) const;
  Result<std::uint16_t> bind(const Listener& listener,
                             const net::ListenerSpec& spec,
                             std::size_t open,
                             Bound& bound) const;
  Staying hand_over(const std::shared_ptr<const Configuration>& next, Bound bound);
  void leave(RunningPlugins plugins, std::optional<Former> former, Duration drain);
  void drain_workers(Duration drain);
  void stop_plugins(RunningPlugins& plugins);
  void end();
  std::size_t memory_used() const;

  const Process& process_;
  Host& host_;
  std::shared_ptr<const Configuration> configuration_;
  ServerLimits limits_;
  Meters meters_;
  Budget budget_;
  Service service_;
  std::vector<std::unique_ptr<Worker>> workers_;
  std::optional<MemoryWatch> watch_;  // Of the workers that run.
  std::vector<std::uint16_t> ports_;
  std::vector<ToldEnd> told_end_;
  Stopped stopped_ = Stopped::cleanly;
  State state_;  // Goes first: plugins stop before workers and the rest do.
};

}  // namespace catena::server
