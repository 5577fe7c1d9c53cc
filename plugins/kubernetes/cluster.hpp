// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"
#include "core/base/log.hpp"

#include "plugins/kubernetes/api/client.hpp"
#include "plugins/kubernetes/store/store.hpp"

#include <memory>
#include <string>

namespace catena {
struct Process;
}

namespace catena::kubernetes {

struct WatchOptions;

/// One API server's cluster: the store, and the client that keeps it up to date. Server blocks with
/// the same server, credentials and selectors share one, and it outlives a reload that keeps them.
class Cluster {
 public:
  /// Reads certificates and credentials; what is wrong with them is the error. Contacts nobody.
  static Result<std::shared_ptr<Cluster>> make(api::ApiServer server,
                                               const WatchOptions& options,
                                               const Process& process);
  ~Cluster();

  const Store& store() const;
  const Log& log() const;
  metrics::Registry& metrics() const;

  /// Something is known to answer from: the cluster, or a snapshot of it. Any thread.
  bool usable() const;

  /// Follows the cluster from the first call on; comes back when it is known, or after `timeout`,
  /// or at once with a snapshot. As many calls of stop() end it. Control thread only.
  void start(Duration timeout);
  void stop();

 private:
  struct State;
  explicit Cluster(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace catena::kubernetes
