// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/api/discovery.hpp"

#include "cmd/kubesim/model/resources.hpp"

#include <fmt/format.h>

#include <map>

namespace catena::kubesim {
namespace {

/// A resource that only takes a POST and stores nothing.
struct Review {
  std::string_view group;
  std::string_view plural;
  std::string_view singular;
  std::string_view kind;
};

constexpr Review kAccessReview{"authorization.k8s.io", "selfsubjectaccessreviews",
                               "selfsubjectaccessreview", "SelfSubjectAccessReview"};

Json strings(const std::vector<std::string_view>& texts) {
  Json result = array();
  for (const std::string_view text : texts) result.push(text);
  return result;
}

Json verbs_of_objects() {
  return strings(
      {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"});
}

/// The groups other than the core one; each has one version.
std::vector<std::string_view> groups() {
  return {"apps", "authorization.k8s.io", "discovery.k8s.io", "multicluster.x-k8s.io"};
}

std::string_view version_of(std::string_view group) {
  for (const Resource& resource : all_resources()) {
    if (resource.group == group) return resource.version;
  }
  return "v1";
}

Json version_entry(std::string_view group) {
  const std::string_view version = version_of(group);
  return object({{"groupVersion", fmt::format("{}/{}", group, version)}, {"version", version}});
}

Json group_entry(std::string_view group) {
  return object({{"name", group},
                 {"versions", array({version_entry(group)})},
                 {"preferredVersion", version_entry(group)}});
}

Json entry_of(const Resource& resource) {
  Json entry = object({{"name", resource.plural},
                       {"singularName", resource.singular},
                       {"namespaced", resource.scope == Scope::Namespaced},
                       {"kind", resource.kind},
                       {"verbs", verbs_of_objects()}});
  if (!resource.short_names.empty()) entry.set("shortNames", strings(resource.short_names));
  if (!resource.categories.empty()) entry.set("categories", strings(resource.categories));
  return entry;
}

Json subresource_entry(const Resource& resource, std::string_view name) {
  const bool scale = name == "scale";
  Json entry = object({{"name", fmt::format("{}/{}", resource.plural, name)},
                       {"singularName", ""},
                       {"namespaced", resource.scope == Scope::Namespaced}});
  if (scale) entry.set("group", "autoscaling").set("version", "v1");
  entry.set("kind", scale ? "Scale" : resource.kind);
  return entry.set("verbs", strings({"get", "patch", "update"}));
}

void add_special_entries(Json& resources, std::string_view group) {
  if (group == kAccessReview.group) {
    resources.push(object({{"name", kAccessReview.plural},
                           {"singularName", kAccessReview.singular},
                           {"namespaced", false},
                           {"kind", kAccessReview.kind},
                           {"verbs", array({"create"})}}));
  }
  if (group.empty()) {
    resources.push(object({{"name", "serviceaccounts/token"},
                           {"singularName", ""},
                           {"namespaced", true},
                           {"group", "authentication.k8s.io"},
                           {"version", "v1"},
                           {"kind", "TokenRequest"},
                           {"verbs", array({"create"})}}));
  }
}

Json response_kind(std::string_view group, std::string_view version, std::string_view kind) {
  return object({{"group", group}, {"version", version}, {"kind", kind}});
}

Json aggregated_resource(const Resource& resource) {
  Json entry =
      object({{"resource", resource.plural},
              {"responseKind", response_kind(resource.group, resource.version, resource.kind)},
              {"scope", resource.scope == Scope::Namespaced ? "Namespaced" : "Cluster"},
              {"singularResource", resource.singular},
              {"verbs", verbs_of_objects()}});
  if (!resource.short_names.empty()) entry.set("shortNames", strings(resource.short_names));
  if (!resource.categories.empty()) entry.set("categories", strings(resource.categories));
  Json subresources = array();
  for (const std::string_view name : resource.subresources) {
    subresources.push(
        object({{"subresource", name},
                {"responseKind",
                 name == "scale" ? response_kind("autoscaling", "v1", "Scale")
                                 : response_kind(resource.group, resource.version, resource.kind)},
                {"verbs", strings({"get", "patch", "update"})}}));
  }
  if (!subresources.empty()) entry.set("subresources", std::move(subresources));
  return entry;
}

Json aggregated_review() {
  return object({{"resource", kAccessReview.plural},
                 {"responseKind", response_kind(kAccessReview.group, "v1", kAccessReview.kind)},
                 {"scope", "Cluster"},
                 {"singularResource", kAccessReview.singular},
                 {"verbs", array({"create"})}});
}

Json aggregated_group(std::string_view group) {
  Json resources = array();
  for (const Resource& resource : all_resources()) {
    if (resource.group == group) resources.push(aggregated_resource(resource));
  }
  if (group == kAccessReview.group) resources.push(aggregated_review());
  Json metadata = object();
  if (!group.empty()) metadata.set("name", group);
  return object({{"metadata", metadata},
                 {"versions", array({object({{"version", version_of(group)},
                                             {"resources", std::move(resources)},
                                             {"freshness", "Current"}})})}});
}

}  // namespace

Json core_versions(std::string_view server_address) {
  return object(
      {{"kind", "APIVersions"},
       {"versions", array({"v1"})},
       {"serverAddressByClientCIDRs",
        array({object({{"clientCIDR", "0.0.0.0/0"}, {"serverAddress", server_address}})})}});
}

Json group_list(const HiddenGroups& hidden) {
  Json entries = array();
  for (const std::string_view group : groups()) {
    if (!hidden.contains(group)) entries.push(group_entry(group));
  }
  return object({{"kind", "APIGroupList"}, {"apiVersion", "v1"}, {"groups", std::move(entries)}});
}

std::optional<Json> group_description(std::string_view group) {
  for (const std::string_view known : groups()) {
    if (known != group) continue;
    Json result = object({{"kind", "APIGroup"}, {"apiVersion", "v1"}});
    Json entry = group_entry(group);
    for (JsonMember& member : entry.fields()) {
      result.fields().push_back(std::move(member));
    }
    return result;
  }
  return std::nullopt;
}

std::optional<Json> resource_list(std::string_view group, std::string_view version) {
  Json resources = array();
  for (const Resource& resource : all_resources()) {
    if (resource.group != group || resource.version != version) continue;
    resources.push(entry_of(resource));
    for (const auto name : resource.subresources) {
      resources.push(subresource_entry(resource, name));
    }
  }
  if (version == "v1") add_special_entries(resources, group);
  if (resources.empty()) return std::nullopt;
  return object({{"kind", "APIResourceList"},
                 {"apiVersion", "v1"},
                 {"groupVersion",
                  group.empty() ? std::string(version) : fmt::format("{}/{}", group, version)},
                 {"resources", std::move(resources)}});
}

Json aggregated_discovery(GroupSet set, std::string_view api_version, const HiddenGroups& hidden) {
  Json items = array();
  if (set == GroupSet::Core) items.push(aggregated_group(""));
  for (const std::string_view group : groups()) {
    if (set == GroupSet::Others && !hidden.contains(group)) items.push(aggregated_group(group));
  }
  return object({{"kind", "APIGroupDiscoveryList"},
                 {"apiVersion", fmt::format("apidiscovery.k8s.io/{}", api_version)},
                 {"metadata", object()},
                 {"items", std::move(items)}});
}

Json version_description() {
  return object({{"major", "1"},
                 {"minor", "36"},
                 {"gitVersion", "v1.36.3+kubesim"},
                 {"gitCommit", ""},
                 {"gitTreeState", ""},
                 {"buildDate", "1970-01-01T00:00:00Z"},
                 {"goVersion", ""},
                 {"compiler", "g++"},
                 {"platform", "linux/amd64"}});
}

}  // namespace catena::kubesim
