// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/controllers/endpoint_model.hpp"

#include "cmd/kubesim/controllers/kinds.hpp"
#include "cmd/kubesim/model/selectors.hpp"

namespace catena::kubesim {
namespace {

/// The number behind a targetPort: itself, or the container port of that name and protocol.
std::optional<std::int64_t> resolve(const Json& port, const Json& pod) {
  const Json& target = port["targetPort"];
  if (target.is_number()) return target.integer();
  if (target.is_null()) return port["port"].integer();
  for (const Json& container : pod.at("spec.containers").items()) {
    for (const Json& candidate : container["ports"].items()) {
      const bool same_protocol =
          candidate["protocol"].is_null() || candidate["protocol"] == port["protocol"];
      if (candidate["name"] == target && same_protocol) {
        return candidate["containerPort"].integer();
      }
    }
  }
  return std::nullopt;
}

Json ports_of(const Object& service, const Json& pod) {
  Json result = array();
  for (const Json& port : service.json().at("spec.ports").items()) {
    const auto number = resolve(port, pod);
    if (!number) continue;
    Json entry =
        object({{"name", port["name"].text()}, {"protocol", port["protocol"]}, {"port", *number}});
    if (port.has("appProtocol")) entry.set("appProtocol", port["appProtocol"]);
    result.push(std::move(entry));
  }
  return result;
}

std::string zone_of(const Store& store, std::string_view node_name) {
  const ObjectPtr node = store.get(resource_named("nodes"), "", node_name);
  return node ? std::string(node->labels()["topology.kubernetes.io/zone"].text()) : std::string();
}

std::string address_of(const Json& pod, std::string_view family) {
  for (const Json& entry : pod.at("status.podIPs").items()) {
    const bool six = entry["ip"].text().find(':') != std::string_view::npos;
    if (six == (family == "IPv6")) return std::string(entry["ip"].text());
  }
  return {};
}

Json endpoint_of(const Store& store,
                 const Object& service,
                 const Object& pod,
                 const std::string& address) {
  const bool serving = pod_ready(pod.json());
  const bool publish = service.json().at("spec.publishNotReadyAddresses").boolean();
  Json endpoint =
      object({{"addresses", array({address})},
              {"conditions", object({{"ready", publish || (serving && !pod.terminating())},
                                     {"serving", serving},
                                     {"terminating", pod.terminating()}})}});
  const Json& spec = pod.json()["spec"];
  const bool named = !spec["hostname"].text().empty() && spec["subdomain"].text() == service.name();
  if (named) endpoint.set("hostname", spec["hostname"]);
  endpoint.set(
      "targetRef",
      object(
          {{"kind", "Pod"}, {"namespace", pod.space()}, {"name", pod.name()}, {"uid", pod.uid()}}));
  endpoint.set("nodeName", spec["nodeName"]);
  const std::string zone = zone_of(store, spec["nodeName"].text());
  if (!zone.empty()) endpoint.set("zone", zone);
  return endpoint;
}

std::vector<std::string> families_of(const Object& service) {
  std::vector<std::string> families;
  for (const Json& family : service.json().at("spec.ipFamilies").items()) {
    families.emplace_back(family.text());
  }
  if (families.empty()) families.emplace_back("IPv4");
  return families;
}

EndpointGroup& group_for(std::vector<EndpointGroup>& groups, std::string_view family, Json ports) {
  for (EndpointGroup& group : groups) {
    if (group.family == family && group.ports == ports) return group;
  }
  groups.push_back({std::string(family), std::move(ports), {}});
  return groups.back();
}

}  // namespace

std::vector<ObjectPtr> selected_pods(const Store& store, const Object& service) {
  std::vector<ObjectPtr> result;
  const LabelSelector selector = LabelSelector::from_map(service.json().at("spec.selector"));
  if (selector.empty()) return result;
  const Objects& all = store.objects(pods());
  const std::string prefix = std::string(service.space()) + "/";
  for (auto each = all.lower_bound(prefix); each != all.end(); ++each) {
    if (!each->first.starts_with(prefix)) break;
    const Object& pod = *each->second;
    if (selector.matches(pod.labels()) && !pod_finished(pod.json())) result.push_back(each->second);
  }
  return result;
}

std::vector<EndpointGroup> endpoint_groups(const Store& store, const Object& service) {
  std::vector<EndpointGroup> groups;
  const std::vector<ObjectPtr> pods = selected_pods(store, service);
  for (const std::string& family : families_of(service)) {
    const std::size_t before = groups.size();
    for (const ObjectPtr& pod : pods) {
      const std::string address = address_of(pod->json(), family);
      if (address.empty()) continue;
      EndpointGroup& group = group_for(groups, family, ports_of(service, pod->json()));
      group.endpoints.push_back(endpoint_of(store, service, *pod, address));
    }
    if (groups.size() == before) groups.push_back({family, nullptr, {}});
  }
  return groups;
}

}  // namespace catena::kubesim
