// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/controllers/endpoint_slices.hpp"

#include "cmd/kubesim/controllers/kinds.hpp"
#include "cmd/kubesim/model/selectors.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace catena::kubesim {
namespace {

constexpr std::string_view kServiceName = "kubernetes.io/service-name";
constexpr std::string_view kManagedBy = "endpointslice.kubernetes.io/managed-by";
constexpr std::string_view kManager = "endpointslice-controller.k8s.io";
constexpr std::string_view kHeadless = "service.kubernetes.io/headless";
constexpr std::string_view kTrigger = "endpoints.kubernetes.io/last-change-trigger-time";

const Resource& slices_resource() {
  static const Resource& resource = resource_named("endpointslices");
  return resource;
}

Json labels_of(const Object& service) {
  Json labels = service.labels().is_object() ? service.labels() : object();
  labels.set(kManagedBy, kManager).set(kServiceName, service.name());
  if (service.json().at("spec.clusterIP").text() == "None") labels.set(kHeadless, "");
  return labels;
}

bool is_managed(const Object& slice) { return slice.labels()[kManagedBy].text() == kManager; }

/// The endpoint for the same pod, taken out of the list; null if it is not there.
Json take_same(std::vector<Json>& endpoints, const Json& wanted) {
  for (auto each = endpoints.begin(); each != endpoints.end(); ++each) {
    const bool same = (*each)["addresses"] == wanted["addresses"] &&
                      each->at("targetRef.uid") == wanted.at("targetRef.uid");
    if (!same) continue;
    Json found = std::move(*each);
    endpoints.erase(each);
    return found;
  }
  return nullptr;
}

/// What of a slice's endpoints is still wanted, brought up to date; taken out of the group.
Json keep(const Object& slice, EndpointGroup& group) {
  Json kept = array();
  for (const Json& endpoint : slice.json()["endpoints"].items()) {
    Json current = take_same(group.endpoints, endpoint);
    if (!current.is_null()) kept.push(std::move(current));
  }
  return kept;
}

void top_up(Json& endpoints, std::vector<Json>& waiting) {
  const std::size_t room = EndpointSliceController::kMaximumEndpoints - endpoints.size();
  const std::size_t count = std::min(room, waiting.size());
  for (std::size_t i = 0; i < count; ++i) endpoints.push(std::move(waiting[i]));
  waiting.erase(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(count));
}

bool fits(const Object& slice, const EndpointGroup& group) {
  return slice.json()["addressType"].text() == group.family && slice.json()["ports"] == group.ports;
}

}  // namespace

std::vector<Key> services_of_pod(const Store& store, const Change& change) {
  std::vector<Key> keys;
  const std::string prefix = std::string(change.object->space()) + "/";
  const Objects& all = store.objects(services());
  for (auto each = all.lower_bound(prefix); each != all.end(); ++each) {
    if (!each->first.starts_with(prefix)) break;
    const Json& selector = each->second->json().at("spec.selector");
    const LabelSelector wanted = LabelSelector::from_map(selector);
    if (wanted.empty()) continue;
    const bool before = change.previous && wanted.matches(change.previous->labels());
    if (before || wanted.matches(change.object->labels())) keys.push_back(each->first);
  }
  return keys;
}

void EndpointSliceController::observe(const Change& change) {
  if (change.resource->kind == "Pod") observe_pod(change);
  const Object& object_ = *change.object;
  if (change.resource == &services() && change.type != ChangeType::Deleted) {
    queue_.add(*this, key_of(object_.space(), object_.name()));
  }
  // A managed slice that somebody else changed or removed is put right.
  if (change.resource == &slices_resource() && change.type != ChangeType::Added &&
      is_managed(object_)) {
    queue_.add(*this, key_of(object_.space(), object_.labels()[kServiceName].text()));
  }
}

void EndpointSliceController::observe_pod(const Change& change) {
  for (Key& key : services_of_pod(cluster_.store, change)) queue_.add(*this, std::move(key));
}

std::vector<ObjectPtr> EndpointSliceController::slices_of(const Object& service) const {
  auto slices = controlled(cluster_.store, slices_resource(), service);
  std::erase_if(slices, [](const ObjectPtr& slice) { return !is_managed(*slice); });
  return slices;
}

void EndpointSliceController::reconcile(const Key& key) {
  const auto [space, name] = split_key(key);
  const ObjectPtr service = cluster_.store.get(services(), space, name);
  if (!service || service->terminating()) return;
  const Json& spec = service->json()["spec"];
  if (spec["selector"].empty() || spec["type"].text() == "ExternalName") return;
  std::vector<ObjectPtr> slices = slices_of(*service);
  for (EndpointGroup& group : endpoint_groups(cluster_.store, *service)) {
    fill(*service, group, slices);
  }
  for (const ObjectPtr& surplus : slices) {
    static_cast<void>(cluster_.store.remove(slices_resource(), surplus->space(), surplus->name()));
  }
}

/// Takes the slices that it uses out of the list; what is left there is not needed any more.
void EndpointSliceController::fill(const Object& service,
                                   EndpointGroup& group,
                                   std::vector<ObjectPtr>& slices) {
  struct Part {
    ObjectPtr slice;
    Json endpoints;
  };
  std::vector<Part> parts;
  for (const ObjectPtr& slice : slices) {
    if (fits(*slice, group)) parts.push_back({slice, keep(*slice, group)});
  }
  for (Part& part : parts) top_up(part.endpoints, group.endpoints);
  while (!group.endpoints.empty()) {
    parts.push_back({nullptr, array()});
    top_up(parts.back().endpoints, group.endpoints);
  }
  const bool all_empty =
      std::ranges::all_of(parts, [](const Part& part) { return part.endpoints.empty(); });
  if (all_empty) parts.resize(1);
  for (Part& part : parts) {
    if (part.endpoints.empty() && !all_empty) continue;
    std::erase(slices, part.slice);
    write(service, group, std::move(part.endpoints), part.slice);
  }
}

void EndpointSliceController::write(const Object& service,
                                    const EndpointGroup& group,
                                    Json endpoints,
                                    const ObjectPtr& slice) {
  if (endpoints.empty()) endpoints = nullptr;
  const std::string now = timestamp(cluster_.store.now());
  if (slice) {
    Json json = slice->json();
    json.member("metadata").set("labels", labels_of(service));
    json.set("endpoints", std::move(endpoints));
    if (json == slice->json()) return;
    json.member("metadata").member("annotations").set(kTrigger, now);
    static_cast<void>(cluster_.store.replace(slices_resource(), std::move(json)));
    return;
  }
  const std::string prefix = std::string(service.name()) + "-";
  Json made = object(
      {{"metadata", object({{"name", prefix + random_suffix(5)},
                            {"generateName", prefix},
                            {"namespace", service.space()},
                            {"labels", labels_of(service)},
                            {"annotations", object({{kTrigger, now}})},
                            {"ownerReferences", array({owner_reference(services(), service)})}})},
       {"addressType", group.family},
       {"endpoints", std::move(endpoints)},
       {"ports", group.ports}});
  static_cast<void>(cluster_.store.create(slices_resource(), std::move(made)));
}

}  // namespace catena::kubesim
