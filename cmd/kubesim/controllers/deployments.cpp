// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/controllers/deployments.hpp"

#include "cmd/kubesim/controllers/kinds.hpp"

#include <fmt/format.h>

namespace catena::kubesim {
namespace {

constexpr std::string_view kHashLabel = "pod-template-hash";
constexpr std::string_view kRevision = "deployment.kubernetes.io/revision";
constexpr std::string_view kDeploymentController = "deployment-controller";

const Resource& deployments() {
  static const Resource& resource = resource_named("deployments");
  return resource;
}

Json condition(std::string_view type, bool holds, std::string_view reason, std::string_view now) {
  return object({{"type", type},
                 {"status", holds ? "True" : "False"},
                 {"lastUpdateTime", now},
                 {"lastTransitionTime", now},
                 {"reason", reason},
                 {"message", reason}});
}

struct Counts {
  std::int64_t all = 0;
  std::int64_t ready = 0;
  std::int64_t updated = 0;
};

}  // namespace

void DeploymentController::observe(const Change& change) {
  const Object& object_ = *change.object;
  if (change.resource == &deployments() && change.type != ChangeType::Deleted) {
    queue_.add(*this, key_of(object_.space(), object_.name()));
  }
  if (change.resource != &replica_sets()) return;
  for (const Json& reference : object_.json().at("metadata.ownerReferences").items()) {
    if (reference["kind"].text() == "Deployment") {
      queue_.add(*this, key_of(object_.space(), reference["name"].text()));
    }
  }
}

void DeploymentController::reconcile(const Key& key) {
  const auto [space, name] = split_key(key);
  const ObjectPtr deployment = cluster_.store.get(deployments(), space, name);
  if (!deployment || deployment->terminating()) return;
  const std::string hash = template_hash(deployment->json().at("spec.template"));
  const std::int64_t wanted = deployment->json().at("spec.replicas").integer(1);
  bool found = false;
  for (const ObjectPtr& each : controlled(cluster_.store, replica_sets(), *deployment)) {
    const bool current = each->labels()[kHashLabel].text() == hash;
    found = found || current;
    resize(*each, current ? wanted : 0);
  }
  if (!found) create_replica_set(*deployment, hash);
  update_status(*deployment, hash);
}

void DeploymentController::create_replica_set(const Object& deployment, const std::string& hash) {
  const Json& spec = deployment.json()["spec"];
  const auto existing = controlled(cluster_.store, replica_sets(), deployment);
  const std::string revision = std::to_string(existing.size() + 1);
  const std::string name = fmt::format("{}-{}", deployment.name(), hash);
  Json pod_template = spec["template"];
  pod_template.member("metadata").member("labels").set(kHashLabel, hash);
  Json selector = spec["selector"];
  selector.member("matchLabels").set(kHashLabel, hash);
  Json replica_set =
      object({{"metadata",
               object({{"name", name},
                       {"namespace", deployment.space()},
                       {"labels", pod_template.at("metadata.labels")},
                       {"annotations", object({{kRevision, revision}})},
                       {"ownerReferences", array({owner_reference(deployments(), deployment)})}})},
              {"spec", object({{"replicas", spec["replicas"]},
                               {"selector", std::move(selector)},
                               {"template", std::move(pod_template)}})}});
  if (!admit_and_create(cluster_, replica_sets(), std::move(replica_set))) return;
  Json json = deployment.json();
  json.member("metadata").member("annotations").set(kRevision, revision);
  static_cast<void>(cluster_.store.replace(deployments(), std::move(json)));
  record_event(cluster_, deployment, "ScalingReplicaSet",
               fmt::format("Scaled up replica set {} to {}", name, spec["replicas"].scalar()),
               kDeploymentController);
}

void DeploymentController::resize(const Object& replica_set, std::int64_t replicas) {
  if (replica_set.json().at("spec.replicas").integer(0) == replicas) return;
  Json json = replica_set.json();
  json.member("spec").set("replicas", replicas);
  static_cast<void>(cluster_.store.replace(replica_sets(), std::move(json)));
}

void DeploymentController::update_status(const Object& deployment, const std::string& hash) {
  Counts counts;
  for (const ObjectPtr& each : controlled(cluster_.store, replica_sets(), deployment)) {
    const Json& status = each->json()["status"];
    counts.all += status["replicas"].integer();
    counts.ready += status["readyReplicas"].integer();
    if (each->labels()[kHashLabel].text() == hash) counts.updated += status["replicas"].integer();
  }
  const ObjectPtr current =
      cluster_.store.get(deployments(), deployment.space(), deployment.name());
  if (!current) return;
  Json json = current->json();
  const std::int64_t wanted = json.at("spec.replicas").integer(1);
  const bool available = counts.ready >= wanted;
  const bool unchanged = json.at("status.availableReplicas").integer(-1) == counts.ready;
  const std::string now = timestamp(cluster_.store.now());
  Json conditions =
      array({condition("Available", available,
                       available ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable", now),
             condition("Progressing", true, "NewReplicaSetAvailable", now)});
  if (unchanged && json["status"].has("conditions")) conditions = json.at("status.conditions");
  json.set("status",
           object({{"observedGeneration", json.at("metadata.generation")},
                   {"replicas", counts.all},
                   {"updatedReplicas", counts.updated},
                   {"readyReplicas", counts.ready},
                   {"availableReplicas", counts.ready},
                   {"unavailableReplicas", std::max<std::int64_t>(0, wanted - counts.ready)},
                   {"conditions", std::move(conditions)}}));
  if (available) json.member("status").erase("unavailableReplicas");
  static_cast<void>(cluster_.store.replace(deployments(), std::move(json)));
}

}  // namespace catena::kubesim
