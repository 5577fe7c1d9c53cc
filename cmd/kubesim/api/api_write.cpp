// SPDX-License-Identifier: Apache-2.0
// Creating, replacing and patching.
#include "cmd/kubesim/api/api.hpp"
#include "cmd/kubesim/model/patch.hpp"
#include "cmd/kubesim/model/protobuf.hpp"
#include "cmd/kubesim/model/yaml.hpp"

#include <fmt/format.h>

namespace catena::kubesim {
namespace {

constexpr std::size_t kGeneratedSuffix = 5;
constexpr std::size_t kMaximumPatchOperations = 10000;

bool dry_run(const ApiRequest& request) { return request.parameter("dryRun") == "All"; }

std::string_view media_type(const ApiRequest& request) {
  const std::string_view type = request.content_type;
  return type.substr(0, type.find(';'));
}

/// The body must be an object of the kind that the path is about.
std::optional<Status> check_kind(const Resource& resource, const Json& json) {
  if (!json.is_object()) return bad_request("the body of the request must be an object");
  const std::string_view kind = json["kind"].text();
  const std::string_view version = json["apiVersion"].text();
  const bool kind_fits = kind.empty() || kind == resource.kind;
  const bool version_fits = version.empty() || version == resource.api_version();
  if (kind_fits && version_fits) return std::nullopt;
  return bad_request(
      fmt::format("{} in version \"{}\" cannot be handled as a {}", kind, version, resource.kind));
}

std::optional<Status> place(const Target& target, Json& json) {
  const Resource& resource = *target.resource;
  if (auto wrong = check_kind(resource, json)) return wrong;
  if (json.has("metadata") && !json["metadata"].is_object()) {
    return bad_request("metadata must be an object");
  }
  Json& metadata = json.member("metadata");
  if (resource.scope == Scope::Cluster) {
    metadata.erase("namespace");
    return std::nullopt;
  }
  const std::string_view given = metadata["namespace"].text();
  if (!given.empty() && given != target.space) {
    return bad_request(
        "the namespace of the provided object does not match the namespace sent on the request");
  }
  metadata.set("namespace", target.space);
  return std::nullopt;
}

/// A new object has no state of its own yet, whatever the client says.
void forget_server_fields(const Resource& resource, Json& json) {
  Json& metadata = json.member("metadata");
  for (const char* name : {"uid", "resourceVersion", "creationTimestamp", "deletionTimestamp",
                           "generation", "selfLink", "managedFields"}) {
    metadata.erase(name);
  }
  const std::string_view prefix = metadata["generateName"].text();
  if (metadata["name"].text().empty() && !prefix.empty()) {
    metadata.set("name", std::string(prefix) + random_suffix(kGeneratedSuffix));
  }
  if (resource.kind == "Pod" || resource.has_subresource("scale")) json.erase("status");
}

/// A write to the object leaves its status alone, a write to `status` leaves the rest alone.
void keep_other_half(const Target& target, const Json& before, Json& json) {
  if (!target.resource->has_subresource("status")) return;
  if (target.subresource == "status") {
    Json merged = before;
    merged.set("status", json["status"]);
    Json& metadata = merged.member("metadata");
    metadata.set("resourceVersion", json.at("metadata.resourceVersion"));
    json = std::move(merged);
  } else if (before.has("status")) {
    json.set("status", before["status"]);
  }
}

}  // namespace

Outcome<Json> read_body(const ApiRequest& request) {
  const std::string_view type = media_type(request);
  const bool yaml = type.ends_with("yaml") && !request.body.starts_with('{');
  const bool protobuf = type == "application/vnd.kubernetes.protobuf";
  const bool json = yaml || type.empty() || type.ends_with("yaml") || type.ends_with("json");
  if (!protobuf && !json) return unsupported_media_type(type);
  auto read = protobuf ? parse_protobuf(request.body)
              : yaml   ? parse_yaml(request.body)
                       : parse_json(request.body);
  if (!read) {
    return bad_request(
        fmt::format("the object provided is unrecognized: {}", read.error().message));
  }
  return std::move(*read);
}

Outcome<Response> Api::create(const ApiRequest& request, const Target& target) {
  auto json = read_body(request);
  if (!json) return json.error();
  const Resource& resource = *target.resource;
  if (const auto wrong = place(target, *json)) return *wrong;
  if (resource.scope == Scope::Namespaced) {
    const Resource& spaces = resource_named("namespaces");
    const ObjectPtr space = cluster_.store.get(spaces, "", target.space);
    if (!space) return not_found(spaces, target.space);
    if (space->terminating()) {
      return Status{403,
                    "Forbidden",
                    fmt::format("unable to create new content in namespace {} because it is being "
                                "terminated",
                                target.space),
                    nullptr,
                    {}};
    }
  }
  forget_server_fields(resource, *json);
  if (dry_run(request)) {
    auto admitted = admit(cluster_, resource, *json, nullptr);
    if (!admitted) return admitted.error();
    if (resource.kind == "Service") cluster_.addresses.release(*admitted);
    return respond(201, *admitted);
  }
  const auto stored = admit_and_create(cluster_, resource, std::move(*json));
  if (!stored) return stored.error();
  return Response{201, (*stored)->text()};
}

Outcome<ObjectPtr> Api::update(const ApiRequest& request, const Target& target, Json json) {
  const Resource& resource = *target.resource;
  if (const auto wrong = place(target, json)) return *wrong;
  if (json.at("metadata.name").text() != target.name) {
    return bad_request(
        fmt::format("the name of the object ({}) does not match the name on the URL "
                    "({})",
                    json.at("metadata.name").text(), target.name));
  }
  const ObjectPtr before = cluster_.store.get(resource, target.space, target.name);
  if (!before) return not_found(resource, target.name);
  const std::string_view version = json.at("metadata.resourceVersion").text();
  if (!version.empty() && version != std::to_string(before->version())) {
    return conflict(resource, target.name);
  }
  keep_other_half(target, before->json(), json);
  auto admitted = admit(cluster_, resource, std::move(json), &before->json());
  if (!admitted) return admitted.error();
  if (dry_run(request)) {
    return std::make_shared<const Object>(resource, std::move(*admitted), before->version());
  }
  return cluster_.store.replace(resource, std::move(*admitted));
}

Outcome<Response> Api::replace(const ApiRequest& request, const Target& target) {
  auto json = read_body(request);
  if (!json) return json.error();
  const auto stored = update(request, target, std::move(*json));
  if (!stored) return stored.error();
  return Response{200, (*stored)->text()};
}

Outcome<Json> Api::patched(const ApiRequest& request, const Json& current) const {
  const auto body = read_body(request);
  if (!body) return body.error();
  const std::string_view type = media_type(request);
  if (type == "application/json-patch+json") {
    if (body->size() > kMaximumPatchOperations) return bad_request("too many operations");
    return json_patch(current, *body);
  }
  Json result = current;
  if (type == "application/merge-patch+json") {
    merge_patch(result, *body);
  } else if (type == "application/strategic-merge-patch+json") {
    strategic_patch(result, *body);
  } else if (type == "application/apply-patch+yaml") {
    apply_patch(result, *body);
  } else {
    return unsupported_media_type(type);
  }
  return result;
}

Outcome<Response> Api::patch(const ApiRequest& request, const Target& target) {
  const Resource& resource = *target.resource;
  const ObjectPtr before = cluster_.store.get(resource, target.space, target.name);
  if (!before && media_type(request) == "application/apply-patch+yaml") {
    Target collection = target;
    collection.name.clear();
    return create(request, collection);
  }
  if (!before) return not_found(resource, target.name);
  auto json = patched(request, before->json());
  if (!json) return json.error();
  const auto stored = update(request, target, std::move(*json));
  if (!stored) return stored.error();
  return Response{200, (*stored)->text()};
}

}  // namespace catena::kubesim
