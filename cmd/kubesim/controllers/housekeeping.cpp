// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/controllers/housekeeping.hpp"

#include <fmt/format.h>

namespace catena::kubesim {
namespace {

bool owns_others(const Resource& resource) {
  return resource.has_subresource("scale") || resource.kind == "Service";
}

/// Pods and Namespaces have controllers of their own that end them.
bool ends_by_itself(const Resource& resource) {
  return resource.kind == "Pod" || resource.kind == "Namespace";
}

constexpr std::string_view kOwner = "owner:";

const Resource& namespaces() {
  static const Resource& resource = resource_named("namespaces");
  return resource;
}

}  // namespace

void GarbageCollector::observe(const Change& change) {
  const Resource& resource = *change.resource;
  const Object& object_ = *change.object;
  if (change.type == ChangeType::Deleted) {
    if (resource.kind == "Service") cluster_.addresses.release(object_.json());
    if (owns_others(resource)) queue_.add(*this, fmt::format("{}{}", kOwner, object_.uid()));
    return;
  }
  if (ends_by_itself(resource) || !object_.terminating()) return;
  if (object_.json().at("metadata.finalizers").empty()) {
    queue_.add(*this,
               fmt::format("{}:{}", resource.plural, key_of(object_.space(), object_.name())));
  }
}

void GarbageCollector::reconcile(const Key& key) {
  if (key.starts_with(kOwner)) {
    remove_dependents(std::string_view(key).substr(kOwner.size()));
    return;
  }
  const std::size_t colon = key.find(':');
  const auto [space, name] = split_key(key.substr(colon + 1));
  finish(resource_named(key.substr(0, colon)), space, name);
}

void GarbageCollector::finish(const Resource& resource,
                              const std::string& space,
                              const std::string& name) {
  const ObjectPtr found = cluster_.store.get(resource, space, name);
  if (!found || !found->terminating()) return;
  static_cast<void>(cluster_.store.remove(resource, space, name));
}

void GarbageCollector::remove_dependents(std::string_view uid) {
  for (const Resource& resource : all_resources()) {
    std::vector<ObjectPtr> dependents;
    for (const auto& [key, each] : cluster_.store.objects(resource)) {
      if (controller_uid(*each) == uid) dependents.push_back(each);
    }
    for (const ObjectPtr& each : dependents) {
      if (resource.kind == "Pod") {
        delete_pod(cluster_, *each);
      } else {
        static_cast<void>(cluster_.store.remove(resource, each->space(), each->name()));
      }
    }
  }
}

void NamespaceController::observe(const Change& change) {
  if (change.type == ChangeType::Deleted) return;
  if (change.resource == &namespaces()) queue_.add(*this, Key(change.object->name()));
}

void NamespaceController::reconcile(const Key& key) {
  const ObjectPtr space = cluster_.store.get(namespaces(), "", key);
  if (!space) return;
  if (space->terminating()) {
    if (empty(key)) static_cast<void>(cluster_.store.remove(namespaces(), "", key));
    return;
  }
  Json account = object({{"metadata", object({{"name", "default"}, {"namespace", key}})}});
  static_cast<void>(cluster_.store.create(resource_named("serviceaccounts"), std::move(account)));
}

bool NamespaceController::empty(const std::string& space) {
  const std::string prefix = space + "/";
  for (const Resource& resource : all_resources()) {
    if (resource.scope == Scope::Cluster) continue;
    const Objects& all = cluster_.store.objects(resource);
    for (auto each = all.lower_bound(prefix); each != all.end() && each->first.starts_with(prefix);
         each = all.lower_bound(prefix)) {
      const ObjectPtr found = each->second;
      if (!cluster_.store.remove(resource, found->space(), found->name())) return false;
    }
  }
  return true;
}

}  // namespace catena::kubesim
