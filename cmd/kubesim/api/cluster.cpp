// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/api/cluster.hpp"

#include "cmd/kubesim/model/defaults.hpp"

namespace catena::kubesim {

Outcome<Json> admit(Cluster& cluster, const Resource& resource, Json object, const Json* before) {
  apply_defaults(resource, object);
  const std::string name(object.at("metadata.name").text());
  std::vector<FieldError> errors;
  if (cluster.checks == Checks::On) errors = validate(resource, object);
  if (errors.empty() && resource.kind == "Service") {
    errors =
        before ? cluster.addresses.reassign(*before, object) : cluster.addresses.assign(object);
  }
  if (!errors.empty()) return invalid(resource, name, errors);
  return object;
}

Outcome<ObjectPtr> admit_and_create(Cluster& cluster, const Resource& resource, Json object) {
  const Json& metadata = object["metadata"];
  if (cluster.store.get(resource, metadata["namespace"].text(), metadata["name"].text())) {
    return already_exists(resource, metadata["name"].text());
  }
  auto admitted = admit(cluster, resource, std::move(object), nullptr);
  if (!admitted) return admitted.error();
  return cluster.store.create(resource, std::move(*admitted));
}

}  // namespace catena::kubesim
