// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/model/resources.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>

namespace catena::kubesim {
namespace {

constexpr auto kCluster = Scope::Cluster;
constexpr auto kNamespaced = Scope::Namespaced;
constexpr auto kAbsent = Generation::Absent;
constexpr auto kCounted = Generation::Counted;

std::vector<Resource> core_resources() {
  return {
      {"", "v1", "configmaps", "configmap", "ConfigMap", kNamespaced, kAbsent, {"cm"}, {}, {}},
      {"", "v1", "endpoints", "endpoints", "Endpoints", kNamespaced, kAbsent, {"ep"}, {}, {}},
      {"", "v1", "events", "event", "Event", kNamespaced, kAbsent, {"ev"}, {}, {}},
      {"", "v1", "namespaces", "namespace", "Namespace", kCluster, kAbsent, {"ns"}, {"status"}, {}},
      {"", "v1", "nodes", "node", "Node", kCluster, kAbsent, {"no"}, {"status"}, {}},
      {"", "v1", "pods", "pod", "Pod", kNamespaced, kCounted, {"po"}, {"status"}, {"all"}},
      {"", "v1", "secrets", "secret", "Secret", kNamespaced, kAbsent, {}, {}, {}},
      {"",
       "v1",
       "serviceaccounts",
       "serviceaccount",
       "ServiceAccount",
       kNamespaced,
       kAbsent,
       {"sa"},
       {},
       {}},
      {"",
       "v1",
       "services",
       "service",
       "Service",
       kNamespaced,
       kAbsent,
       {"svc"},
       {"status"},
       {"all"}},
  };
}

std::vector<Resource> workload_resources() {
  return {
      {"apps",
       "v1",
       "deployments",
       "deployment",
       "Deployment",
       kNamespaced,
       kCounted,
       {"deploy"},
       {"scale", "status"},
       {"all"}},
      {"apps",
       "v1",
       "replicasets",
       "replicaset",
       "ReplicaSet",
       kNamespaced,
       kCounted,
       {"rs"},
       {"scale", "status"},
       {"all"}},
      {"apps",
       "v1",
       "statefulsets",
       "statefulset",
       "StatefulSet",
       kNamespaced,
       kCounted,
       {"sts"},
       {"scale", "status"},
       {"all"}},
  };
}

std::vector<Resource> network_resources() {
  return {
      {"discovery.k8s.io",
       "v1",
       "endpointslices",
       "endpointslice",
       "EndpointSlice",
       kNamespaced,
       kCounted,
       {},
       {},
       {}},
      {"multicluster.x-k8s.io",
       "v1alpha1",
       "serviceimports",
       "serviceimport",
       "ServiceImport",
       kNamespaced,
       kCounted,
       {"svcim"},
       {"status"},
       {}},
  };
}

const std::vector<Resource>& table() {
  static const std::vector<Resource> resources = [] {
    std::vector<Resource> all = core_resources();
    std::ranges::move(workload_resources(), std::back_inserter(all));
    std::ranges::move(network_resources(), std::back_inserter(all));
    return all;
  }();
  return resources;
}

template <class Predicate>
const Resource* first(Predicate matches) {
  const auto found = std::ranges::find_if(table(), matches);
  return found == table().end() ? nullptr : &*found;
}

}  // namespace

std::string Resource::api_version() const {
  return group.empty() ? std::string(version) : std::string(group) + "/" + std::string(version);
}

std::string Resource::qualified() const {
  return group.empty() ? std::string(plural) : std::string(plural) + "." + std::string(group);
}

bool Resource::has_subresource(std::string_view name) const {
  return std::ranges::find(subresources, name) != subresources.end();
}

std::span<const Resource> all_resources() { return table(); }

const Resource* find_resource(std::string_view group,
                              std::string_view version,
                              std::string_view plural) {
  return first([&](const Resource& r) {
    return r.group == group && r.version == version && r.plural == plural;
  });
}

const Resource* find_kind(std::string_view api_version, std::string_view kind) {
  return first([&](const Resource& r) { return r.kind == kind && r.api_version() == api_version; });
}

const Resource& resource_named(std::string_view plural) {
  const Resource* found = first([&](const Resource& r) { return r.plural == plural; });
  if (found == nullptr) throw std::logic_error("no resource " + std::string(plural));
  return *found;
}

}  // namespace catena::kubesim
