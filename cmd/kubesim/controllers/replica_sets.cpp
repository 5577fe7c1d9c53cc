// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/controllers/deployments.hpp"
#include "cmd/kubesim/controllers/kinds.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace catena::kubesim {
namespace {

constexpr std::string_view kReplicaSetController = "replicaset-controller";
constexpr std::size_t kSuffix = 5;

}  // namespace

void ReplicaSetController::observe(const Change& change) {
  const Object& object_ = *change.object;
  if (change.resource == &replica_sets() && change.type != ChangeType::Deleted) {
    queue_.add(*this, key_of(object_.space(), object_.name()));
  }
  if (change.resource != &pods()) return;
  for (const Json& reference : object_.json().at("metadata.ownerReferences").items()) {
    if (reference["kind"].text() == "ReplicaSet") {
      queue_.add(*this, key_of(object_.space(), reference["name"].text()));
    }
  }
}

void ReplicaSetController::reconcile(const Key& key) {
  const auto [space, name] = split_key(key);
  const ObjectPtr set = cluster_.store.get(replica_sets(), space, name);
  if (!set || set->terminating()) return;
  std::vector<ObjectPtr> alive = controlled(cluster_.store, pods(), *set);
  std::erase_if(
      alive, [](const ObjectPtr& pod) { return pod->terminating() || pod_finished(pod->json()); });
  const auto wanted = static_cast<std::size_t>(
      std::max<std::int64_t>(0, set->json().at("spec.replicas").integer(1)));
  // The pods that are not ready go first, then the youngest.
  std::ranges::sort(alive, {}, [](const ObjectPtr& pod) {
    return std::pair(!pod_ready(pod->json()), pod->version());
  });
  while (alive.size() > wanted) {
    delete_pod(cluster_, *alive.back());
    alive.pop_back();
  }
  for (std::size_t count = alive.size(); count < wanted; ++count) create_pod(*set);
  update_status(*set);
}

void ReplicaSetController::create_pod(const Object& set) {
  const Json& pod_template = set.json().at("spec.template");
  Json metadata = pod_template["metadata"];
  const std::string name = fmt::format("{}-{}", set.name(), random_suffix(kSuffix));
  metadata.set("name", name).set("namespace", set.space());
  metadata.set("generateName", std::string(set.name()) + "-");
  metadata.set("ownerReferences", array({owner_reference(replica_sets(), set)}));
  Json pod = object({{"metadata", std::move(metadata)}, {"spec", pod_template["spec"]}});
  if (!admit_and_create(cluster_, pods(), std::move(pod))) return;
  record_event(cluster_, set, "SuccessfulCreate", fmt::format("Created pod: {}", name),
               kReplicaSetController);
}

void ReplicaSetController::update_status(const Object& set) {
  std::int64_t all = 0;
  std::int64_t ready = 0;
  for (const ObjectPtr& pod : controlled(cluster_.store, pods(), set)) {
    if (pod->terminating() || pod_finished(pod->json())) continue;
    ++all;
    ready += pod_ready(pod->json()) ? 1 : 0;
  }
  const ObjectPtr current = cluster_.store.get(replica_sets(), set.space(), set.name());
  if (!current) return;
  Json json = current->json();
  json.set("status", object({{"replicas", all},
                             {"fullyLabeledReplicas", all},
                             {"readyReplicas", ready},
                             {"availableReplicas", ready},
                             {"observedGeneration", json.at("metadata.generation")}}));
  static_cast<void>(cluster_.store.replace(replica_sets(), std::move(json)));
}

}  // namespace catena::kubesim
