// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/model/status.hpp"

#include <fmt/format.h>

namespace catena::kubesim {
namespace {

Json details_of(const Resource& resource, std::string_view name) {
  Json details = object();
  if (!name.empty()) details.set("name", name);
  if (!resource.group.empty()) details.set("group", resource.group);
  details.set("kind", resource.plural);
  return details;
}

}  // namespace

Json Status::json() const {
  Json metadata = object();
  if (!continue_token.empty()) metadata.set("continue", continue_token);
  Json result = object({{"kind", "Status"},
                        {"apiVersion", "v1"},
                        {"metadata", metadata},
                        {"status", "Failure"},
                        {"message", message},
                        {"reason", reason}});
  if (!details.is_null()) result.set("details", details);
  return result.set("code", code);
}

Status not_found(const Resource& resource, std::string_view name) {
  return {404,
          "NotFound",
          fmt::format("{} \"{}\" not found", resource.qualified(), name),
          details_of(resource, name),
          {}};
}

Status already_exists(const Resource& resource, std::string_view name) {
  return {409,
          "AlreadyExists",
          fmt::format("{} \"{}\" already exists", resource.qualified(), name),
          details_of(resource, name),
          {}};
}

Status conflict(const Resource& resource, std::string_view name) {
  return {409,
          "Conflict",
          fmt::format("Operation cannot be fulfilled on {} \"{}\": the object has been modified; "
                      "please apply your changes to the latest version and try again",
                      resource.qualified(), name),
          details_of(resource, name),
          {}};
}

Status bad_request(std::string message) {
  return {400, "BadRequest", std::move(message), nullptr, {}};
}

Status invalid(const Resource& resource,
               std::string_view name,
               const std::vector<FieldError>& errors) {
  Json causes = array();
  std::string all;
  for (const FieldError& error : errors) {
    causes.push(
        object({{"reason", error.reason}, {"message", error.message}, {"field", error.field}}));
    all += fmt::format("{}{}: {}", all.empty() ? "" : ", ", error.field, error.message);
  }
  Json details = object();
  details.set("name", name);
  if (!resource.group.empty()) details.set("group", resource.group);
  details.set("kind", resource.kind).set("causes", std::move(causes));
  const std::string what = errors.size() == 1 ? all : "[" + all + "]";
  const std::string kind = resource.group.empty()
                               ? std::string(resource.kind)
                               : fmt::format("{}.{}", resource.kind, resource.group);
  return {422,
          "Invalid",
          fmt::format("{} \"{}\" is invalid: {}", kind, name, what),
          std::move(details),
          {}};
}

Status forbidden(const Resource& resource,
                 std::string_view user,
                 std::string_view verb,
                 std::string_view space) {
  const std::string where =
      space.empty() ? "at the cluster scope" : fmt::format("in the namespace \"{}\"", space);
  return {
      403,
      "Forbidden",
      fmt::format("{} is forbidden: User \"{}\" cannot {} resource \"{}\" in API group \"{}\" {}",
                  resource.qualified(), user, verb, resource.plural, resource.group, where),
      details_of(resource, ""),
      {}};
}

Status unauthorized() { return {401, "Unauthorized", "Unauthorized", nullptr, {}}; }

Status method_not_allowed() {
  return {405,
          "MethodNotAllowed",
          "the server does not allow this method on the requested resource",
          object(),
          {}};
}

Status expired(std::string message) { return {410, "Expired", std::move(message), nullptr, {}}; }

Status resource_version_too_large(std::uint64_t asked, std::uint64_t current) {
  Json cause =
      object({{"reason", "ResourceVersionTooLarge"}, {"message", "Too large resource version"}});
  return {504,
          "Timeout",
          fmt::format("Timeout: Too large resource version: {}, current: {}", asked, current),
          object({{"causes", array({cause})}, {"retryAfterSeconds", 1}}),
          {}};
}

Status unsupported_media_type(std::string_view type) {
  return {415,
          "UnsupportedMediaType",
          fmt::format("the body of the request was in an unknown format - accepted media types "
                      "include: application/json, application/yaml; got {}",
                      type),
          nullptr,
          {}};
}

Status not_acceptable() {
  return {406,
          "NotAcceptable",
          "only the following media types are accepted: application/json",
          nullptr,
          {}};
}

}  // namespace catena::kubesim
