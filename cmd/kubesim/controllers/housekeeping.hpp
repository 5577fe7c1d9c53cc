// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cmd/kubesim/controllers/controller.hpp"

namespace catena::kubesim {

/// Removes what belonged to a deleted owner, finishes objects whose last finalizer is gone, and
/// gives back the addresses of deleted Services.
class GarbageCollector : public Controller {
 public:
  using Controller::Controller;
  void observe(const Change& change) override;
  void reconcile(const Key& key) override;

 private:
  void remove_dependents(std::string_view uid);
  void finish(const Resource& resource, const std::string& space, const std::string& name);
};

/// Gives each Namespace its default ServiceAccount, and empties and removes deleted ones.
class NamespaceController : public Controller {
 public:
  using Controller::Controller;
  void observe(const Change& change) override;
  void reconcile(const Key& key) override;

 private:
  bool empty(const std::string& space);
};

}  // namespace catena::kubesim
