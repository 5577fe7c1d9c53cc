// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cmd/kubesim/controllers/controller.hpp"

namespace catena::kubesim {

/// Endpoints of a Service that share an address family and a set of ports: what goes into the same
/// slices.
struct EndpointGroup {
  std::string family;
  Json ports;
  std::vector<Json> endpoints;
};

/// The pods that a Service selects, in the order of their names.
std::vector<ObjectPtr> selected_pods(const Store& store, const Object& service);

/// What the slices of a Service should hold, by the rules of Kubernetes' EndpointSlice controller:
/// ready = publishNotReadyAddresses or (pod ready and not terminating), hostname only where the
/// pod's subdomain is the Service's name, named targetPorts resolved pod by pod. There is always
/// one group for each of the Service's families, also without endpoints.
std::vector<EndpointGroup> endpoint_groups(const Store& store, const Object& service);

}  // namespace catena::kubesim
