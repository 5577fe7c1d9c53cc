// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/api/openapi.hpp"

#include "cmd/kubesim/model/resources.hpp"

#include <fmt/format.h>

namespace catena::kubesim {
namespace {

constexpr std::string_view kTitle = "kubesim";
constexpr std::string_view kVersion = "v1.36.3";

/// A length-delimited protobuf field; the texts here are shorter than 128 bytes.
std::string field(int number, std::string_view text) {
  std::string result;
  result += static_cast<char>(number << 3 | 2);
  result += static_cast<char>(text.size());
  result += text;
  return result;
}

std::string document_path(const Resource& resource) {
  return (resource.group.empty() ? "api/" : "apis/") + resource.api_version();
}

std::string object_path(const Resource& resource) {
  const char* space = resource.scope == Scope::Namespaced ? "namespaces/{namespace}/" : "";
  return fmt::format("/{}/{}{}/{{name}}", document_path(resource), space, resource.plural);
}

Json operation(const Resource& resource, std::string_view action) {
  const Json parameter = object(
      {{"name", "fieldValidation"}, {"in", "query"}, {"schema", object({{"type", "string"}})}});
  return object({{"parameters", array({parameter})},
                 {"responses", object({{"200", object({{"description", "OK"}})}})},
                 {"x-kubernetes-action", action},
                 {"x-kubernetes-group-version-kind", object({{"group", resource.group},
                                                             {"version", resource.version},
                                                             {"kind", resource.kind}})}});
}

}  // namespace

std::string openapi_v2_protobuf() {
  const std::string info = field(1, kTitle) + field(2, kVersion);
  return field(1, "2.0") + field(2, info);
}

Json openapi_v2_json() {
  return object({{"swagger", "2.0"},
                 {"info", object({{"title", kTitle}, {"version", kVersion}})},
                 {"paths", object()}});
}

Json openapi_v3_index(const HiddenGroups& hidden) {
  Json paths = object();
  for (const Resource& resource : all_resources()) {
    const std::string path = document_path(resource);
    if (hidden.contains(resource.group) || paths.has(path)) continue;
    paths.set(
        path,
        object({{"serverRelativeURL", fmt::format("/openapi/v3/{}?hash={}", path, kVersion)}}));
  }
  return object({{"paths", std::move(paths)}});
}

std::optional<Json> openapi_v3_document(std::string_view path) {
  Json paths = object();
  for (const Resource& resource : all_resources()) {
    if (document_path(resource) != path) continue;
    paths.set(object_path(resource), object({{"put", operation(resource, "put")},
                                             {"patch", operation(resource, "patch")}}));
  }
  if (paths.empty()) return std::nullopt;
  return object({{"openapi", "3.0.0"},
                 {"info", object({{"title", kTitle}, {"version", kVersion}})},
                 {"paths", std::move(paths)},
                 {"components", object({{"schemas", object()}})}});
}

}  // namespace catena::kubesim
