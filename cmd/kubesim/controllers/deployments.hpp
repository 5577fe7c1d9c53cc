// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cmd/kubesim/controllers/controller.hpp"

namespace catena::kubesim {

/// Keeps one ReplicaSet for each template of a Deployment; the newest has all replicas, the others
/// none. A new template replaces all pods at once.
class DeploymentController : public Controller {
 public:
  using Controller::Controller;
  void observe(const Change& change) override;
  void reconcile(const Key& key) override;

 private:
  void create_replica_set(const Object& deployment, const std::string& hash);
  void resize(const Object& replica_set, std::int64_t replicas);
  void update_status(const Object& deployment, const std::string& hash);
};

/// Keeps the number of pods of each ReplicaSet; their names end in random letters.
class ReplicaSetController : public Controller {
 public:
  using Controller::Controller;
  void observe(const Change& change) override;
  void reconcile(const Key& key) override;

 private:
  void create_pod(const Object& replica_set);
  void update_status(const Object& replica_set);
};

}  // namespace catena::kubesim
