// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"
#include "core/base/error.hpp"
#include "core/base/log.hpp"
#include "core/base/metrics.hpp"

#include "plugins/kubernetes/api/access.hpp"
#include "plugins/kubernetes/api/limiter.hpp"
#include "plugins/kubernetes/api/loop.hpp"
#include "plugins/kubernetes/api/sink.hpp"

#include <functional>
#include <memory>
#include <string>

namespace catena::kubernetes::api {

class Credentials;

/// The kinds of objects that can be followed.
enum class Kind { services, slices, pods, namespaces, imports, import_slices };

/// Which objects are read. Selectors are sent to the server as they are; empty: all.
struct Selectors {
  std::string labels;            ///< For services, slices, pods and imports.
  std::string namespace_labels;  ///< For namespaces.
};

/// Where the objects go; a kind without a sink is not read at all. Sinks outlive the client.
struct Sinks {
  Sink<ServiceObject>* services = nullptr;
  Sink<SliceObject>* slices = nullptr;
  Sink<PodObject>* pods = nullptr;  ///< Running ones and those that will run.
  Sink<NamespaceObject>* namespaces = nullptr;
  Sink<ImportObject>* imports = nullptr;
  Sink<SliceObject>* import_slices = nullptr;  ///< Only those that belong to an import.
};

/// Follows a cluster through its API server, in a loop of its own, whose thread is the API thread:
/// one connection for each kind, listed, then watched, for ever. When the server is away, what the
/// sinks have stays. After stop() no sink is called any more.
class ApiClient {
 public:
  struct Config {
    ApiServer server;  ///< From in_cluster(), from_endpoint() or from_kubeconfig().
    Selectors selectors;
    Limits limits;
    /// Called on the API thread each `tick_interval` while it runs; must not block it.
    std::function<void()> tick = {};
    Duration tick_interval = std::chrono::seconds(10);
  };

  /// Reads credentials and certificates once: what is wrong with them is an error here. `log`,
  /// `registry` and `clock`, which is the loop's as well, outlive the client.
  static Result<std::unique_ptr<ApiClient>> make(Config config,
                                                 Sinks sinks,
                                                 std::unique_ptr<ApiLoop> loop,
                                                 Log log,
                                                 metrics::Registry& registry,
                                                 const Clock& clock);
  ~ApiClient();
  ApiClient(const ApiClient&) = delete;
  ApiClient& operator=(const ApiClient&) = delete;

  void start();

  /// Settings that go into use while the cluster is followed on.
  class Settings {
   public:
    Settings(std::unique_ptr<Credentials> credentials, Limits limits);
    Settings(Settings&& other) noexcept;
    Settings& operator=(Settings&& other) noexcept;
    ~Settings();

   private:
    friend class ApiClient;
    std::unique_ptr<Credentials> credentials_;
    Limits limits_;
  };

  /// Reads the credentials of the same server once, as make() does.
  Result<Settings> prepare(ApiServer server, Limits limits) const;

  /// From the next request on. Watches that are open stay. Control thread.
  void take_up(Settings settings);

  /// Hands every object of a kind to its sink once more, `before` that has been called on the API
  /// thread. After start(). Any thread.
  void relist(Kind kind, std::function<void()> before);

  /// Ends within a second, open watches or not. May be called twice, and without start().
  void stop();

  /// Every kind (or the one asked for) has been handed over once. Any thread.
  bool synced() const;
  bool synced(Kind kind) const;

  /// The resources that have not been handed over yet, with commas. Any thread.
  std::string unsynced() const;

 private:
  struct State;
  explicit ApiClient(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace catena::kubernetes::api
