// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/controllers/stateful_sets.hpp"

#include "cmd/kubesim/controllers/kinds.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace catena::kubesim {
namespace {

constexpr std::string_view kRevisionLabel = "controller-revision-hash";
constexpr std::string_view kStatefulSetController = "statefulset-controller";

const Resource& sets() {
  static const Resource& resource = resource_named("statefulsets");
  return resource;
}

std::string pod_name(const Object& set, std::int64_t ordinal) {
  return fmt::format("{}-{}", set.name(), ordinal);
}

/// The number at the end of the pod's name, or -1.
std::int64_t ordinal_of(const Object& pod) {
  const std::string_view name = pod.name();
  const std::size_t dash = name.rfind('-');
  std::int64_t ordinal = -1;
  if (dash != name.npos) {
    const char* end = name.data() + name.size();
    if (std::from_chars(name.data() + dash + 1, end, ordinal).ptr != end) return -1;
  }
  return ordinal;
}

std::string revision(const Object& set) {
  return fmt::format("{}-{}", set.name(), template_hash(set.json().at("spec.template")));
}

std::int64_t replicas(const Object& set) { return set.json().at("spec.replicas").integer(1); }

bool parallel(const Object& set) {
  return set.json().at("spec.podManagementPolicy").text() == "Parallel";
}

/// Whether it holds up the pods after it. One that has just been made has no address yet and is as
/// good as ready: the next piece of work starts it.
bool holds_up(const Object& pod) {
  const bool started = !pod.json().at("status.podIP").text().empty();
  const bool unready = pod.annotations()["catena/ready"].text() == "false";
  return pod.terminating() || unready || (started && !pod_ready(pod.json()));
}

}  // namespace

void StatefulSetController::observe(const Change& change) {
  const Object& object_ = *change.object;
  if (change.resource == &sets() && change.type != ChangeType::Deleted) {
    queue_.add(*this, key_of(object_.space(), object_.name()));
  }
  if (change.resource != &pods()) return;
  for (const Json& reference : object_.json().at("metadata.ownerReferences").items()) {
    if (reference["kind"].text() == "StatefulSet") {
      queue_.add(*this, key_of(object_.space(), reference["name"].text()));
    }
  }
}

void StatefulSetController::reconcile(const Key& key) {
  const auto [space, name] = split_key(key);
  const ObjectPtr set = cluster_.store.get(sets(), space, name);
  if (!set || set->terminating()) return;
  const auto members = controlled(cluster_.store, pods(), *set);
  scale(*set, members);
  create_missing(*set);
  renew(*set, members);
  update_status(*set);
}

void StatefulSetController::scale(const Object& set, const std::vector<ObjectPtr>& pods) {
  std::vector<ObjectPtr> surplus;
  for (const ObjectPtr& pod : pods) {
    if (ordinal_of(*pod) >= replicas(set) && !pod->terminating()) surplus.push_back(pod);
  }
  std::ranges::sort(surplus, std::greater(), [](const ObjectPtr& pod) { return ordinal_of(*pod); });
  for (const ObjectPtr& pod : surplus) {
    delete_pod(cluster_, *pod);
    record_event(cluster_, set, "SuccessfulDelete",
                 fmt::format("delete Pod {} in StatefulSet {} successful", pod->name(), set.name()),
                 kStatefulSetController);
  }
}

void StatefulSetController::create_missing(const Object& set) {
  for (std::int64_t ordinal = 0; ordinal < replicas(set); ++ordinal) {
    const ObjectPtr pod = cluster_.store.get(pods(), set.space(), pod_name(set, ordinal));
    if (!pod) create_pod(set, ordinal);
    const bool waits =
        pod ? holds_up(*pod)
            : set.json().at("spec.template.metadata.annotations")["catena/ready"].text() == "false";
    if (waits && !parallel(set)) return;
  }
}

void StatefulSetController::create_pod(const Object& set, std::int64_t ordinal) {
  const std::string name = pod_name(set, ordinal);
  const Json& pod_template = set.json().at("spec.template");
  Json metadata = pod_template["metadata"].is_object() ? pod_template["metadata"] : object();
  metadata.set("name", name).set("namespace", set.space());
  metadata.set("generateName", std::string(set.name()) + "-");
  metadata.member("labels")
      .set("apps.kubernetes.io/pod-index", std::to_string(ordinal))
      .set(kRevisionLabel, revision(set))
      .set("statefulset.kubernetes.io/pod-name", name);
  metadata.set("ownerReferences", array({owner_reference(sets(), set)}));
  Json spec = pod_template["spec"];
  spec.set("hostname", name);
  spec.set("subdomain", set.json().at("spec.serviceName"));
  Json pod = object({{"metadata", std::move(metadata)}, {"spec", std::move(spec)}});
  if (!admit_and_create(cluster_, pods(), std::move(pod))) return;
  record_event(cluster_, set, "SuccessfulCreate",
               fmt::format("create Pod {} in StatefulSet {} successful", name, set.name()),
               kStatefulSetController);
}

void StatefulSetController::renew(const Object& set, const std::vector<ObjectPtr>& pods) {
  if (set.json().at("spec.updateStrategy.type").text() == "OnDelete") return;
  const std::string wanted = revision(set);
  const std::int64_t partition =
      set.json().at("spec.updateStrategy.rollingUpdate.partition").integer(0);
  ObjectPtr last;
  for (const ObjectPtr& pod : pods) {
    const bool outdated = pod->labels()[kRevisionLabel].text() != wanted;
    if (!outdated && !pod_ready(pod->json())) return;
    if (pod->terminating()) return;
    const bool covered = ordinal_of(*pod) >= partition && ordinal_of(*pod) < replicas(set);
    if (outdated && covered && (!last || ordinal_of(*pod) > ordinal_of(*last))) last = pod;
  }
  if (last) delete_pod(cluster_, *last);
}

void StatefulSetController::update_status(const Object& set) {
  std::int64_t all = 0;
  std::int64_t ready = 0;
  std::int64_t updated = 0;
  const std::string wanted = revision(set);
  for (const ObjectPtr& pod : controlled(cluster_.store, pods(), set)) {
    ++all;
    ready += pod_ready(pod->json()) && !pod->terminating() ? 1 : 0;
    updated += pod->labels()[kRevisionLabel].text() == wanted ? 1 : 0;
  }
  const ObjectPtr current = cluster_.store.get(sets(), set.space(), set.name());
  if (!current) return;
  Json json = current->json();
  const std::string before(json.at("status.currentRevision").text());
  const bool done = updated == all || before.empty();
  json.set("status", object({{"observedGeneration", json.at("metadata.generation")},
                             {"replicas", all},
                             {"readyReplicas", ready},
                             {"currentReplicas", done ? all : all - updated},
                             {"updatedReplicas", updated},
                             {"currentRevision", done ? wanted : before},
                             {"updateRevision", wanted},
                             {"collisionCount", 0},
                             {"availableReplicas", ready}}));
  static_cast<void>(cluster_.store.replace(sets(), std::move(json)));
}

}  // namespace catena::kubesim
