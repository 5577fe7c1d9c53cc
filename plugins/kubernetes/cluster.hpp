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

/// What is read from the API server, and how fast.
struct WatchOptions {
  std::string labels;            ///< Label selector of services, slices, pods and imports.
  std::string namespace_labels;  ///< Label selector of namespaces.
  EndpointNames endpoint_names = EndpointNames::by_address;
  bool endpoints = true;          ///< False with `noendpoints`.
  bool pods = false;              ///< True with `pods verified`.
  bool identities = false;        ///< Names and labels of pods too: somebody may ask for metadata.
  bool imports = false;           ///< True with `multicluster`.
  double queries_per_second = 0;  ///< 0: no limit of our own.
  unsigned burst = 0;
  unsigned max_inflight = 0;
  std::string snapshot;  ///< The file that keeps the cluster over restarts; "" for none.
};

/// All that decides what is in a store. Who we are and how much we may ask is not: that is taken up
/// while the store stays.
struct ClusterIdentity {
  std::string server;  ///< Its URL.
  std::string labels, namespace_labels;
  EndpointNames endpoint_names = EndpointNames::by_address;
  bool endpoints = true, pods = false, imports = false;
  std::string snapshot;
  bool operator==(const ClusterIdentity&) const = default;
};

ClusterIdentity identity_of(const api::ApiServer& server, const WatchOptions& options);

/// One API server's cluster: the store, and the client that keeps it up to date. Server blocks with
/// the same identity share one, and it outlives a reload that keeps it.
class Cluster {
 public:
  /// Reads certificates and credentials; what is wrong with them is the error. Contacts nobody.
  /// `loop` is what its client runs in, by the process's clock.
  static Result<std::shared_ptr<Cluster>> make(api::ApiServer server,
                                               const WatchOptions& options,
                                               const Process& process,
                                               std::unique_ptr<api::ApiLoop> loop);
  ~Cluster();

  const Store& store() const;
  const Log& log() const;
  metrics::Registry& metrics() const;

  /// Something is known to answer from: the cluster, or a snapshot of it. Any thread.
  bool usable() const;

  /// Whether names and labels of pods are wanted too: they are kept while one of the users does.
  enum class Identities : std::uint8_t { unwanted, wanted };

  /// Follows the cluster from the first call on. As many calls of stop() end it, each with what its
  /// start() had. Control thread only.
  void start(Identities identities);
  void stop(Identities identities);

  /// Credentials and limits for the same cluster: what is wrong with them is the error.
  Result<api::ApiClient::Settings> prepare(api::ApiServer server,
                                           const WatchOptions& options) const;
  void take_up(api::ApiClient::Settings settings);

  /// The resources that have not been seen yet, with commas. Any thread.
  std::string unsynced() const;

 private:
  struct State;
  explicit Cluster(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace catena::kubernetes
