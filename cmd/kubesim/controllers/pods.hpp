// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cmd/kubesim/controllers/controller.hpp"

namespace catena::kubesim {

/// Scheduler and kubelet in one: gives a pod a node and its addresses, lets it run, makes it ready
/// unless it is annotated `catena/ready: "false"`, and ends it when it is deleted. The annotation
/// `catena/ip` asks for a certain address.
class PodController : public Controller {
 public:
  struct Settings {
    AddressPool v4;
    std::optional<AddressPool> v6;
    /// How long a deleted pod is seen as terminating.
    std::chrono::milliseconds termination{0};
  };

  PodController(Cluster& cluster, WorkQueue& queue, Settings settings);
  void observe(const Change& change) override;
  void reconcile(const Key& key) override;

 private:
  void start(const Object& pod);
  void update_readiness(const Object& pod);
  void finish(const Object& pod);
  std::vector<std::string> addresses_for(const Object& pod);
  ObjectPtr pick_node();

  Settings settings_;
  std::size_t next_node_ = 0;
};

}  // namespace catena::kubesim
