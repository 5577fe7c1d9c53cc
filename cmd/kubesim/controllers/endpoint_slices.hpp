// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cmd/kubesim/controllers/endpoint_model.hpp"

namespace catena::kubesim {

/// Keeps the EndpointSlices and the Endpoints object of each Service with a selector. An endpoint
/// stays in its slice; slices hold at most 100. Slices made by hand are left alone.
class EndpointSliceController : public Controller {
 public:
  static constexpr std::size_t kMaximumEndpoints = 100;

  using Controller::Controller;
  void observe(const Change& change) override;
  void reconcile(const Key& key) override;

 private:
  void observe_pod(const Change& change);
  std::vector<ObjectPtr> slices_of(const Object& service) const;
  void fill(const Object& service, EndpointGroup& group, std::vector<ObjectPtr>& slices);
  void write(const Object& service,
             const EndpointGroup& group,
             Json endpoints,
             const ObjectPtr& slice);
};

/// Keeps the legacy Endpoints object of each Service with a selector, for `kubectl get endpoints`
/// and for `describe` of older kubectls.
class EndpointsController : public Controller {
 public:
  using Controller::Controller;
  void observe(const Change& change) override;
  void reconcile(const Key& key) override;
};

/// The keys of the Services that a changed pod concerns.
std::vector<Key> services_of_pod(const Store& store, const Change& change);

}  // namespace catena::kubesim
