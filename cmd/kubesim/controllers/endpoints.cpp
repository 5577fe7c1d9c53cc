// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/controllers/endpoint_slices.hpp"
#include "cmd/kubesim/controllers/kinds.hpp"

namespace catena::kubesim {
namespace {

constexpr std::size_t kMaximumAddresses = 1000;

const Resource& endpoints_resource() {
  static const Resource& resource = resource_named("endpoints");
  return resource;
}

Json address_entry(const Json& endpoint) {
  Json entry = object({{"ip", endpoint["addresses"].items().front()}});
  for (const char* name : {"hostname", "nodeName", "targetRef"}) {
    if (endpoint.has(name)) entry.set(name, endpoint[name]);
  }
  return entry;
}

/// One subset for a group; the first thousand addresses, as the real controller.
Json subset_of(const EndpointGroup& group) {
  Json ready = array();
  Json unready = array();
  for (const Json& endpoint : group.endpoints) {
    if (ready.size() + unready.size() >= kMaximumAddresses) break;
    if (endpoint.at("conditions.terminating").boolean()) continue;
    Json& list = endpoint.at("conditions.ready").boolean() ? ready : unready;
    list.push(address_entry(endpoint));
  }
  Json ports = array();
  for (const Json& port : group.ports.items()) {
    Json entry = object();
    if (!port["name"].text().empty()) entry.set("name", port["name"]);
    entry.set("port", port["port"]).set("protocol", port["protocol"]);
    ports.push(std::move(entry));
  }
  Json subset = object();
  if (!ready.empty()) subset.set("addresses", std::move(ready));
  if (!unready.empty()) subset.set("notReadyAddresses", std::move(unready));
  if (subset.empty()) return nullptr;
  if (!ports.empty()) subset.set("ports", std::move(ports));
  return subset;
}

Json subsets_of(const std::vector<EndpointGroup>& groups) {
  Json subsets = array();
  for (const EndpointGroup& group : groups) {
    if (group.family != groups.front().family) continue;
    Json subset = subset_of(group);
    if (!subset.is_null()) subsets.push(std::move(subset));
  }
  return subsets;
}

}  // namespace

void EndpointsController::observe(const Change& change) {
  if (change.resource->kind == "Pod") {
    for (Key& key : services_of_pod(cluster_.store, change)) queue_.add(*this, std::move(key));
  }
  if (change.resource == &services()) {
    queue_.add(*this, key_of(change.object->space(), change.object->name()));
  }
}

void EndpointsController::reconcile(const Key& key) {
  const auto [space, name] = split_key(key);
  const ObjectPtr service = cluster_.store.get(services(), space, name);
  const ObjectPtr existing = cluster_.store.get(endpoints_resource(), space, name);
  if (!service) {
    if (existing) static_cast<void>(cluster_.store.remove(endpoints_resource(), space, name));
    return;
  }
  const Json& spec = service->json()["spec"];
  if (spec["selector"].empty() || spec["type"].text() == "ExternalName") return;
  Json json = existing ? existing->json()
                       : object({{"metadata", object({{"name", name}, {"namespace", space}})}});
  if (service->labels().is_object()) json.member("metadata").set("labels", service->labels());
  Json subsets = subsets_of(endpoint_groups(cluster_.store, *service));
  json.erase("subsets");
  if (!subsets.empty()) json.set("subsets", std::move(subsets));
  if (existing) {
    static_cast<void>(cluster_.store.replace(endpoints_resource(), std::move(json)));
  } else {
    static_cast<void>(cluster_.store.create(endpoints_resource(), std::move(json)));
  }
}

}  // namespace catena::kubesim
