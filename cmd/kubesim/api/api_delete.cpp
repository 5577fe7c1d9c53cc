// SPDX-License-Identifier: Apache-2.0
// Deleting objects.
#include "cmd/kubesim/api/api.hpp"

#include <fmt/format.h>

namespace catena::kubesim {
namespace {

/// DeleteOptions from the body, or else from the query.
Outcome<Json> read_options(const ApiRequest& request) {
  Json options = object();
  if (!request.body.empty()) {
    auto body = read_body(request);
    if (!body) return body.error();
    if (body->is_object()) options = std::move(*body);
  }
  for (const char* name : {"propagationPolicy", "dryRun"}) {
    if (request.query.contains(name)) options.set(name, request.parameter(name));
  }
  if (request.query.contains("gracePeriodSeconds")) {
    options.set("gracePeriodSeconds", request.parameter("gracePeriodSeconds") == "0" ? 0 : 30);
  }
  return options;
}

bool dry_run(const Json& options) {
  return options["dryRun"].text() == "All" || !options["dryRun"].empty();
}

/// Services and pods are returned, of other kinds a Status.
Response deleted(const Resource& resource, const Object& last) {
  if (resource.kind == "Pod" || resource.kind == "Service" || resource.kind == "Namespace") {
    return Response{200, last.text()};
  }
  Json details = object({{"name", last.name()}});
  if (!resource.group.empty()) details.set("group", resource.group);
  details.set("kind", resource.plural).set("uid", last.uid());
  return respond(200, object({{"kind", "Status"},
                              {"apiVersion", "v1"},
                              {"metadata", object()},
                              {"status", "Success"},
                              {"details", std::move(details)}}));
}

/// Pods and Namespaces end in two steps, and so does everything with a finalizer.
bool ends_later(const Resource& resource, const Object& found, const Json& options) {
  const bool at_once = options["gracePeriodSeconds"].integer(-1) == 0;
  if (resource.kind == "Namespace") return true;
  if (!found.json().at("metadata.finalizers").empty()) return true;
  return resource.kind == "Pod" && !at_once;
}

std::optional<Status> check_preconditions(const Resource& resource,
                                          const Object& found,
                                          const Json& options) {
  const std::string_view uid = options.at("preconditions.uid").text();
  const std::string_view version = options.at("preconditions.resourceVersion").text();
  const bool fits = (uid.empty() || uid == found.uid()) &&
                    (version.empty() || version == std::to_string(found.version()));
  return fits ? std::nullopt : std::optional(conflict(resource, found.name()));
}

}  // namespace

void Api::orphan(const Object& owner) {
  std::vector<std::pair<const Resource*, ObjectPtr>> dependents;
  for (const Resource& resource : all_resources()) {
    for (const auto& [key, each] : cluster_.store.objects(resource)) {
      for (const Json& reference : each->json().at("metadata.ownerReferences").items()) {
        if (reference["uid"].text() == owner.uid()) dependents.emplace_back(&resource, each);
      }
    }
  }
  for (const auto& [resource, each] : dependents) {
    Json json = each->json();
    Json& references = json.member("metadata").member("ownerReferences");
    std::erase_if(references.elements(),
                  [&](const Json& reference) { return reference["uid"].text() == owner.uid(); });
    if (references.empty()) json.member("metadata").erase("ownerReferences");
    static_cast<void>(cluster_.store.replace(*resource, std::move(json)));
  }
}

Outcome<ObjectPtr> Api::remove_object(const Resource& resource,
                                      ObjectPtr found,
                                      const Json& options) {
  if (const auto wrong = check_preconditions(resource, *found, options)) return *wrong;
  if (dry_run(options)) return found;
  if (options["propagationPolicy"].text() == "Orphan") orphan(*found);
  if (!ends_later(resource, *found, options)) {
    return cluster_.store.remove(resource, found->space(), found->name());
  }
  if (found->terminating()) return found;
  const std::int64_t grace = options["gracePeriodSeconds"].integer(
      found->json().at("spec.terminationGracePeriodSeconds").integer(0));
  Json json = found->json();
  Json& metadata = json.member("metadata");
  metadata.set("deletionTimestamp",
               timestamp(cluster_.store.now() +
                         std::chrono::seconds(std::clamp<std::int64_t>(grace, 0, 86400))));
  metadata.set("deletionGracePeriodSeconds", grace);
  if (resource.kind == "Namespace") json.member("status").set("phase", "Terminating");
  return cluster_.store.replace(resource, std::move(json));
}

Outcome<Response> Api::remove(const ApiRequest& request, const Target& target) {
  const auto options = read_options(request);
  if (!options) return options.error();
  const Resource& resource = *target.resource;
  const ObjectPtr found = cluster_.store.get(resource, target.space, target.name);
  if (!found) return not_found(resource, target.name);
  const auto last = remove_object(resource, found, *options);
  if (!last) return last.error();
  return deleted(resource, **last);
}

Outcome<Response> Api::remove_collection(const ApiRequest& request, const Target& target) {
  const auto options = read_options(request);
  if (!options) return options.error();
  const auto filter = filter_of(request, target);
  if (!filter) return filter.error();
  const Resource& resource = *target.resource;
  const Objects all = cluster_.store.objects(resource);
  Json items = array();
  for (const auto& [key, each] : all) {
    if (!filter->matches(*each)) continue;
    const auto last = remove_object(resource, each, *options);
    if (last) items.push((*last)->json());
  }
  return respond(
      200,
      object({{"kind", fmt::format("{}List", resource.kind)},
              {"apiVersion", resource.api_version()},
              {"metadata", object({{"resourceVersion", std::to_string(cluster_.store.version())}})},
              {"items", std::move(items)}}));
}

}  // namespace catena::kubesim
