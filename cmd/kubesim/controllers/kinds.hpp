// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cmd/kubesim/model/resources.hpp"

namespace catena::kubesim {

/// The resources that several controllers look at.
inline const Resource& services() {
  static const Resource& resource = resource_named("services");
  return resource;
}

inline const Resource& pods() {
  static const Resource& resource = resource_named("pods");
  return resource;
}

inline const Resource& replica_sets() {
  static const Resource& resource = resource_named("replicasets");
  return resource;
}

}  // namespace catena::kubesim
