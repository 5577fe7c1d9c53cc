// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/api/table_cells.hpp"

#include "cmd/kubesim/api/tables.hpp"
#include "cmd/kubesim/model/selectors.hpp"

#include <fmt/format.h>

namespace catena::kubesim {
namespace {

using Clock = std::chrono::system_clock;
using Cells = Json::Array;

constexpr std::string_view kNone = "<none>";
constexpr auto kWide = Shown::Wide;

std::string or_none(std::string text) { return text.empty() ? std::string(kNone) : text; }

void append(std::string& list, std::string_view item) {
  if (item.empty()) return;
  if (!list.empty()) list += ',';
  list += item;
}

std::string age_since(std::string_view since, Clock::time_point now) {
  const auto start = parse_timestamp(since);
  if (!start) return "<unknown>";
  return human_duration(std::chrono::duration_cast<std::chrono::seconds>(now - *start));
}

std::string age(const Object& object, Clock::time_point now) {
  return age_since(object.json().at("metadata.creationTimestamp").text(), now);
}

std::string map_text(const Json& labels) {
  return or_none(LabelSelector::from_map(labels).write());
}

std::string selector_text(const Object& object) {
  return or_none(LabelSelector::from_json(object.json().at("spec.selector")).write());
}

/// One field of each container, with commas.
std::string containers(const Json& pod_spec, std::string_view field) {
  std::string list;
  for (const Json& container : pod_spec["containers"].items()) {
    append(list, container[field].text());
  }
  return list;
}

std::string service_ports(const Json& ports) {
  std::string list;
  for (const Json& port : ports.items()) {
    const std::string node = port.has("nodePort") ? ":" + port["nodePort"].scalar() : "";
    append(list, fmt::format("{}{}/{}", port["port"].scalar(), node, port["protocol"].text()));
  }
  return or_none(list);
}

std::string external_addresses(const Json& service) {
  const Json& spec = service["spec"];
  if (spec["type"].text() == "ExternalName") return std::string(spec["externalName"].text());
  std::string list;
  for (const Json& ingress : service.at("status.loadBalancer.ingress").items()) {
    append(list, ingress["ip"].text().empty() ? ingress["hostname"].text() : ingress["ip"].text());
  }
  for (const Json& address : spec["externalIPs"].items()) append(list, address.text());
  if (list.empty() && spec["type"].text() == "LoadBalancer") return "<pending>";
  return or_none(list);
}

Cells service_cells(const Object& object, Clock::time_point now) {
  const Json& spec = object.json()["spec"];
  return {object.name(),
          spec["type"].text(),
          or_none(std::string(spec["clusterIP"].text())),
          external_addresses(object.json()),
          service_ports(spec["ports"]),
          age(object, now),
          map_text(spec["selector"])};
}

std::string pod_readiness(const Json& pod) {
  std::size_t ready = 0;
  for (const Json& status : pod.at("status.containerStatuses").items()) {
    ready += status["ready"].boolean() ? 1 : 0;
  }
  return fmt::format("{}/{}", ready, pod.at("spec.containers").size());
}

Cells pod_cells(const Object& object, Clock::time_point now) {
  const Json& pod = object.json();
  const std::string phase =
      object.terminating() ? "Terminating" : std::string(pod.at("status.phase").text());
  return {object.name(),
          pod_readiness(pod),
          phase,
          "0",
          age(object, now),
          or_none(std::string(pod.at("status.podIP").text())),
          or_none(std::string(pod.at("spec.nodeName").text())),
          kNone,
          kNone};
}

Cells stateful_set_cells(const Object& object, Clock::time_point now) {
  const Json& set = object.json();
  return {object.name(),
          fmt::format("{}/{}", set.at("status.readyReplicas").integer(),
                      set.at("spec.replicas").integer()),
          age(object, now), containers(set.at("spec.template.spec"), "name"),
          containers(set.at("spec.template.spec"), "image")};
}

Cells deployment_cells(const Object& object, Clock::time_point now) {
  const Json& status = object.json()["status"];
  const Json& spec = object.json()["spec"];
  return {object.name(),
          fmt::format("{}/{}", status["readyReplicas"].integer(), spec["replicas"].integer()),
          status["updatedReplicas"].integer(),
          status["availableReplicas"].integer(),
          age(object, now),
          containers(spec.at("template.spec"), "name"),
          containers(spec.at("template.spec"), "image"),
          selector_text(object)};
}

Cells replica_set_cells(const Object& object, Clock::time_point now) {
  const Json& status = object.json()["status"];
  const Json& spec = object.json()["spec"];
  return {object.name(),
          spec["replicas"].integer(),
          status["replicas"].integer(),
          status["readyReplicas"].integer(),
          age(object, now),
          containers(spec.at("template.spec"), "name"),
          containers(spec.at("template.spec"), "image"),
          selector_text(object)};
}

/// At most `limit` entries, then how many more there are.
std::string shortened(const std::vector<std::string>& entries, std::size_t limit) {
  std::string list;
  for (std::size_t i = 0; i < std::min(entries.size(), limit); ++i) append(list, entries[i]);
  if (entries.size() > limit) list += fmt::format(" + {} more...", entries.size() - limit);
  return list;
}

Cells endpoints_cells(const Object& object, Clock::time_point now) {
  std::vector<std::string> entries;
  for (const Json& subset : object.json()["subsets"].items()) {
    for (const Json& address : subset["addresses"].items()) {
      for (const Json& port : subset["ports"].items()) {
        entries.push_back(fmt::format("{}:{}", address["ip"].text(), port["port"].scalar()));
      }
      if (subset["ports"].empty()) entries.emplace_back(address["ip"].text());
    }
  }
  return {object.name(), or_none(shortened(entries, 3)), age(object, now)};
}

Cells slice_cells(const Object& object, Clock::time_point now) {
  const Json& slice = object.json();
  std::vector<std::string> ports;
  for (const Json& port : slice["ports"].items()) ports.push_back(port["port"].scalar());
  std::vector<std::string> addresses;
  for (const Json& endpoint : slice["endpoints"].items()) {
    for (const Json& address : endpoint["addresses"].items()) {
      addresses.emplace_back(address.text());
    }
  }
  const auto or_unset = [](std::string text) { return text.empty() ? "<unset>" : text; };
  return {object.name(), slice["addressType"].text(), or_unset(shortened(ports, 3)),
          or_unset(shortened(addresses, 3)), age(object, now)};
}

Cells namespace_cells(const Object& object, Clock::time_point now) {
  return {object.name(), object.json().at("status.phase").text(), age(object, now)};
}

std::string node_address(const Json& node, std::string_view type) {
  for (const Json& address : node.at("status.addresses").items()) {
    if (address["type"].text() == type) return std::string(address["address"].text());
  }
  return std::string(kNone);
}

Cells node_cells(const Object& object, Clock::time_point now) {
  const Json& info = object.json().at("status.nodeInfo");
  return {object.name(),
          "Ready",
          kNone,
          age(object, now),
          info["kubeletVersion"].text(),
          node_address(object.json(), "InternalIP"),
          node_address(object.json(), "ExternalIP"),
          info["osImage"].text(),
          info["kernelVersion"].text(),
          info["containerRuntimeVersion"].text()};
}

Cells config_map_cells(const Object& object, Clock::time_point now) {
  const std::size_t entries = object.json()["data"].size() + object.json()["binaryData"].size();
  return {object.name(), static_cast<std::int64_t>(entries), age(object, now)};
}

Cells event_cells(const Object& object, Clock::time_point now) {
  const Json& event = object.json();
  std::string kind(event.at("involvedObject.kind").text());
  for (char& c : kind) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return {
      age_since(event["lastTimestamp"].text(), now), event["type"].text(), event["reason"].text(),
      fmt::format("{}/{}", kind, event.at("involvedObject.name").text()), event["message"].text()};
}

Cells other_cells(const Object& object, Clock::time_point now) {
  return {object.name(), age(object, now)};
}

constexpr Column kName{"Name", "string"};
constexpr Column kAge{"Age", "string"};

std::map<std::string_view, TableLayout> workload_layouts() {
  const Column containers_column{"Containers", "string", kWide};
  const Column images{"Images", "string", kWide};
  const Column selector{"Selector", "string", kWide};
  return {{"statefulsets",
           {{kName, {"Ready", "string"}, kAge, containers_column, images}, stateful_set_cells}},
          {"deployments",
           {{kName,
             {"Ready", "string"},
             {"Up-to-date", "integer"},
             {"Available", "integer"},
             kAge,
             containers_column,
             images,
             selector},
            deployment_cells}},
          {"replicasets",
           {{kName,
             {"Desired", "integer"},
             {"Current", "integer"},
             {"Ready", "integer"},
             kAge,
             containers_column,
             images,
             selector},
            replica_set_cells}},
          {"pods",
           {{kName,
             {"Ready", "string"},
             {"Status", "string"},
             {"Restarts", "string"},
             kAge,
             {"IP", "string", kWide},
             {"Node", "string", kWide},
             {"Nominated Node", "string", kWide},
             {"Readiness Gates", "string", kWide}},
            pod_cells}}};
}

std::map<std::string_view, TableLayout> network_layouts() {
  return {{"services",
           {{kName,
             {"Type", "string"},
             {"Cluster-IP", "string"},
             {"External-IP", "string"},
             {"Port(s)", "string"},
             kAge,
             {"Selector", "string", kWide}},
            service_cells}},
          {"endpoints", {{kName, {"Endpoints", "string"}, kAge}, endpoints_cells}},
          {"endpointslices",
           {{kName, {"AddressType", "string"}, {"Ports", "string"}, {"Endpoints", "string"}, kAge},
            slice_cells}}};
}

std::map<std::string_view, TableLayout> cluster_layouts() {
  return {{"namespaces", {{kName, {"Status", "string"}, kAge}, namespace_cells}},
          {"configmaps", {{kName, {"Data", "string"}, kAge}, config_map_cells}},
          {"events",
           {{{"Last Seen", "string"},
             {"Type", "string"},
             {"Reason", "string"},
             {"Object", "string"},
             {"Message", "string"}},
            event_cells}},
          {"nodes",
           {{kName,
             {"Status", "string"},
             {"Roles", "string"},
             kAge,
             {"Version", "string"},
             {"Internal-IP", "string", kWide},
             {"External-IP", "string", kWide},
             {"OS-Image", "string", kWide},
             {"Kernel-Version", "string", kWide},
             {"Container-Runtime", "string", kWide}},
            node_cells}}};
}

}  // namespace

const TableLayout& layout_of(const Resource& resource) {
  static const auto layouts = [] {
    auto all = workload_layouts();
    all.merge(network_layouts());
    all.merge(cluster_layouts());
    return all;
  }();
  static const TableLayout other{{kName, kAge}, other_cells};
  const auto found = layouts.find(resource.plural);
  return found == layouts.end() ? other : found->second;
}

}  // namespace catena::kubesim
