// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cmd/kubesim/controllers/deployments.hpp"
#include "cmd/kubesim/controllers/endpoint_slices.hpp"
#include "cmd/kubesim/controllers/housekeeping.hpp"
#include "cmd/kubesim/controllers/pods.hpp"
#include "cmd/kubesim/controllers/stateful_sets.hpp"
#include "cmd/kubesim/options.hpp"

namespace catena::kubesim {

/// A cluster with its controllers, without any network. One thread owns it. Throws
/// std::runtime_error at construction for an option that makes no sense.
class Simulator {
 public:
  Simulator(const Options& options, WallClock now);

  Cluster& cluster() { return *cluster_; }
  WorkQueue& queue() { return queue_; }
  /// What every cluster has: namespaces, nodes, the Service `kubernetes` at the server's own
  /// address.
  void populate(const std::string& server_address, int server_port);
  /// Creates what the manifests say. Throws std::runtime_error.
  void load(const std::vector<std::string>& manifests);

 private:
  void start_controllers(const Options& options);
  void publish(const Change& change);
  void create_nodes();

  std::size_t nodes_;
  std::unique_ptr<Cluster> cluster_;
  WorkQueue queue_;
  std::vector<std::unique_ptr<Controller>> controllers_;
};

}  // namespace catena::kubesim
