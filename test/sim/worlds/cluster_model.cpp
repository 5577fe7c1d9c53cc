// SPDX-License-Identifier: Apache-2.0
#include "test/sim/worlds/cluster_model.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <sstream>

namespace catena::sim {
namespace {

using kubesim::Json;

constexpr std::string_view kZone = "cluster.local.";
constexpr std::string_view kReverse = "in-addr.arpa.";
constexpr std::string_view kService = "kubernetes.io/service-name";

std::vector<std::string> labels_of(std::string_view name) {
  std::vector<std::string> labels;
  std::istringstream stream{std::string(name)};
  for (std::string label; std::getline(stream, label, '.');) labels.push_back(label);
  return labels;
}

std::string dashed(std::string address) {
  std::ranges::replace(address, '.', '-');
  return address;
}

bool ends_in(std::string_view name, std::string_view zone) {
  return name.size() > zone.size() && name.ends_with(zone) &&
         name[name.size() - zone.size() - 1] == '.';
}

std::string service_name(std::string_view service, std::string_view space) {
  return fmt::format("{}.{}.svc.{}", service, space, kZone);
}

std::string text(const Json& object, std::string_view path) {
  return std::string(object.at(path).text());
}

bool is_headless(const Json& service) { return text(service, "spec.clusterIP") == "None"; }
bool is_external(const Json& service) { return text(service, "spec.type") == "ExternalName"; }

bool is_of_service(const Json& slice, std::string_view service, std::string_view space) {
  return slice.at("metadata.namespace").text() == space &&
         slice.at("metadata.labels")[kService].text() == service;
}

}  // namespace

std::string ClusterModel::answer(const Asking& asking) {
  records_.clear();
  aliases_.clear();
  const End end = at(asking.name, asking.type);
  if (end == End::denied) return fmt::format("NXDOMAIN\n{}", fmt::join(records_, ""));
  // An alias stays whatever it leads to.
  if (end != End::found && aliases_.empty()) return "SERVFAIL\n";
  return fmt::format("NOERROR\n{}", fmt::join(records_, ""));
}

ClusterModel::End ClusterModel::at(const std::string& owner, dns::Type type) {
  End end = End::missing;
  if (ends_in(owner, kReverse)) {
    end = reverse(owner, type);
  } else if (ends_in(owner, kZone)) {
    const std::string_view left = std::string_view(owner).substr(0, owner.size() - kZone.size());
    const std::vector<std::string> labels = labels_of(left);
    const Labels front = Labels(labels).first(labels.size() - 1);
    end = labels.back() == "svc" ? service(owner, type, front) : pod(owner, type, front);
  } else {
    return elsewhere(owner, type);
  }
  if (end != End::missing) return end;
  if (options_.fallthrough) return elsewhere(owner, type);
  return state_.complete() ? End::denied : End::unknown;
}

ClusterModel::End ClusterModel::elsewhere(const std::string& owner, dns::Type type) {
  if (owner.starts_with("nx")) return End::denied;
  if (owner.starts_with("fail")) return End::failed;
  if (type == dns::Type::A) add(owner, "A", kElsewhere);
  return End::found;
}

ClusterModel::End ClusterModel::service(const std::string& owner, dns::Type type, Labels labels) {
  const std::string& space = labels.back();
  if (!exposed(space)) return End::missing;
  if (labels.size() == 1) return End::found;
  const std::string& name = labels[labels.size() - 2];
  const Json& service = state_.object("services", space, name);
  if (service.is_null()) return End::missing;
  if (is_external(service)) {
    if (labels.size() > 2) return End::missing;
    return alias(owner, type, text(service, "spec.externalName") + ".");
  }
  if (is_headless(service)) return headless(owner, type, labels);
  const bool empty = options_.ignore_empty_service && endpoints(name, space).empty();
  if (empty) return End::missing;
  if (labels.size() == 2) return cluster_ip(owner, type, service);
  if (labels.size() == 3) return endpoint(owner, type, labels);
  return port(owner, type, labels, service);
}

ClusterModel::End ClusterModel::cluster_ip(const std::string& owner,
                                           dns::Type type,
                                           const Json& service) {
  if (type == dns::Type::A) add(owner, "A", text(service, "spec.clusterIP"));
  return End::found;
}

// Only asked for as SRV.
ClusterModel::End ClusterModel::port(const std::string& owner,
                                     dns::Type,
                                     Labels labels,
                                     const Json& service) {
  bool any = false;
  for (const Json& each : service.at("spec.ports").items()) {
    if ("_" + text(each, "name") != labels[0]) continue;
    any = true;
    add(owner, "SRV",
        fmt::format("{} {}", each["port"].integer(), service_name(labels[2], labels[3])));
  }
  return any ? End::found : End::missing;
}

ClusterModel::End ClusterModel::endpoint(const std::string& owner, dns::Type type, Labels labels) {
  bool any = false;
  for (const Endpoint& each : endpoints(labels[1], labels[2])) {
    if (each.label != labels[0]) continue;
    any = true;
    if (type == dns::Type::A) add(owner, "A", each.address);
  }
  return any ? End::found : End::missing;
}

ClusterModel::End ClusterModel::headless(const std::string& owner, dns::Type type, Labels labels) {
  if (labels.size() == 3) return endpoint(owner, type, labels);
  const std::string& service = labels[labels.size() - 2];
  bool any = false;
  for (const Endpoint& each : endpoints(service, labels.back())) {
    if (labels.size() == 2) {
      any = true;
      if (type == dns::Type::A) add(owner, "A", each.address);
      continue;
    }
    for (const Json& one : (*each.slice)["ports"].items()) {
      if ("_" + text(one, "name") != labels[0]) continue;
      any = true;
      add(owner, "SRV",
          fmt::format("{} {}.{}", one["port"].integer(), each.label,
                      service_name(service, labels.back())));
    }
  }
  return any ? End::found : End::missing;
}

ClusterModel::End ClusterModel::alias(const std::string& owner,
                                      dns::Type type,
                                      const std::string& target) {
  add(owner, "CNAME", target);
  if (type != dns::Type::A && type != dns::Type::AAAA) return End::found;
  aliases_.insert(owner);
  return aliases_.contains(target) ? End::failed : at(target, type);
}

ClusterModel::End ClusterModel::pod(const std::string& owner, dns::Type type, Labels labels) {
  using Pods = ClusterOptions::Pods;
  if (options_.pods == Pods::disabled || !exposed(labels.back())) return End::missing;
  std::string address = labels[0];
  std::ranges::replace(address, '-', '.');
  if (options_.pods == Pods::verified) {
    const auto pods = state_.all("pods", [&](const Json& pod) {
      return pod.at("metadata.namespace").text() == labels[1] &&
             pod.at("status.podIP").text() == address && text(pod, "status.phase") == "Running";
    });
    if (pods.empty()) return End::missing;
  }
  if (type == dns::Type::A) add(owner, "A", address);
  return End::found;
}

ClusterModel::End ClusterModel::reverse(const std::string& owner, dns::Type type) {
  std::vector<std::string> parts = labels_of(owner);
  parts.resize(4);
  std::ranges::reverse(parts);
  const std::string address = fmt::format("{}", fmt::join(parts, "."));
  std::set<std::string> names;
  if (const std::string name = owner_of_cluster_ip(address); !name.empty()) {
    names.insert(name);
  } else {
    const auto has_it = [&](const Json& slice) {
      return std::ranges::any_of(endpoints_in(slice),
                                 [&](const Endpoint& each) { return each.address == address; });
    };
    for (const Json* slice : state_.all("endpointslices", has_it)) {
      const std::string space = text(*slice, "metadata.namespace");
      if (!exposed(space)) continue;
      const std::string service(slice->at("metadata.labels")[kService].text());
      for (const Endpoint& each : endpoints_in(*slice)) {
        if (each.address != address) continue;
        names.insert(fmt::format("{}.{}", each.label, service_name(service, space)));
      }
    }
  }
  if (type == dns::Type::PTR) {
    for (const std::string& name : names) add(owner, "PTR", name);
  }
  return names.empty() ? End::missing : End::found;
}

// Of several the first by name, then namespace.
std::string ClusterModel::owner_of_cluster_ip(const std::string& address) {
  std::set<std::pair<std::string, std::string>> owners;
  const auto has_it = [&](const Json& service) {
    return !is_external(service) && service.at("spec.clusterIP").text() == address;
  };
  for (const Json* service : state_.all("services", has_it)) {
    const std::string space = text(*service, "metadata.namespace");
    if (exposed(space)) owners.emplace(text(*service, "metadata.name"), space);
  }
  if (owners.empty()) return {};
  return service_name(owners.begin()->first, owners.begin()->second);
}

bool ClusterModel::exposed(std::string_view space) {
  return !state_.object("namespaces", "", space).is_null();
}

std::vector<ClusterModel::Endpoint> ClusterModel::endpoints(const std::string& service,
                                                            const std::string& space) {
  std::vector<Endpoint> endpoints;
  const auto of_service = [&](const Json& slice) { return is_of_service(slice, service, space); };
  for (const Json* slice : state_.all("endpointslices", of_service)) {
    for (Endpoint& each : endpoints_in(*slice)) endpoints.push_back(std::move(each));
  }
  return endpoints;
}

std::vector<ClusterModel::Endpoint> ClusterModel::endpoints_in(const Json& slice) const {
  std::vector<Endpoint> endpoints;
  for (const Json& each : slice["endpoints"].items()) {
    if (!each.at("conditions.ready").boolean(true)) continue;
    for (const Json& address : each["addresses"].items()) {
      Endpoint one{std::string(address.text()), text(each, "hostname"), &slice};
      if (one.label.empty() && options_.endpoint_pod_names) {
        one.label = text(each, "targetRef.name");
      }
      if (one.label.empty()) one.label = dashed(one.address);
      endpoints.push_back(std::move(one));
    }
  }
  return endpoints;
}

void ClusterModel::add(const std::string& owner, std::string_view type, std::string_view data) {
  records_.insert(fmt::format("{} {} {}\n", owner, type, data));
}

}  // namespace catena::sim
