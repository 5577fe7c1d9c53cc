// SPDX-License-Identifier: Apache-2.0
// `scale` of workloads and `token` of service accounts.
#include "cmd/kubesim/api/api.hpp"
#include "cmd/kubesim/model/selectors.hpp"

#include <fmt/format.h>

namespace catena::kubesim {
namespace {

constexpr std::int64_t kMaximumReplicas = 100'000;

Json scale_of(const Object& workload) {
  const Json& metadata = workload.json()["metadata"];
  return object(
      {{"kind", "Scale"},
       {"apiVersion", "autoscaling/v1"},
       {"metadata", object({{"name", workload.name()},
                            {"namespace", workload.space()},
                            {"uid", workload.uid()},
                            {"resourceVersion", std::to_string(workload.version())},
                            {"creationTimestamp", metadata["creationTimestamp"]}})},
       {"spec", object({{"replicas", workload.json().at("spec.replicas")}})},
       {"status",
        object({{"replicas", workload.json().at("status.replicas").integer()},
                {"selector",
                 LabelSelector::from_json(workload.json().at("spec.selector")).write()}})}});
}

constexpr std::int64_t kShortestToken = 1;
constexpr std::int64_t kDefaultToken = 3600;
constexpr std::int64_t kLongestToken = 86400 * 365;

}  // namespace

Outcome<Response> Api::scale(const ApiRequest& request, const Target& target) {
  const Resource& resource = *target.resource;
  const ObjectPtr workload = cluster_.store.get(resource, target.space, target.name);
  if (!workload) return not_found(resource, target.name);
  Json scale = scale_of(*workload);
  if (request.method == "GET") return respond(200, scale);
  if (request.method != "PUT" && request.method != "PATCH") return method_not_allowed();
  auto wanted = request.method == "PUT" ? read_body(request) : patched(request, scale);
  if (!wanted) return wanted.error();
  const std::int64_t replicas = wanted->at("spec.replicas").integer(0);
  if (replicas < 0 || replicas > kMaximumReplicas) {
    return invalid(
        resource, target.name,
        {{"FieldValueInvalid", "spec.replicas",
          fmt::format("Invalid value: {}: must be between 0 and {}", replicas, kMaximumReplicas)}});
  }
  Json json = workload->json();
  json.member("spec").set("replicas", replicas);
  json.member("metadata").set("resourceVersion", wanted->at("metadata.resourceVersion"));
  const auto stored = cluster_.store.replace(resource, std::move(json));
  if (!stored) return stored.error();
  return respond(200, scale_of(**stored));
}

Outcome<Response> Api::token(const ApiRequest& request, const Target& target) {
  const ObjectPtr account = cluster_.store.get(*target.resource, target.space, target.name);
  if (!account) return not_found(*target.resource, target.name);
  if (request.method != "POST") return method_not_allowed();
  auto body = read_body(request);
  if (!body) return body.error();
  const std::int64_t seconds = std::clamp(body->at("spec.expirationSeconds").integer(kDefaultToken),
                                          kShortestToken, kLongestToken);
  const auto expiry = cluster_.store.now() + std::chrono::seconds(seconds);
  const std::string user = fmt::format("system:serviceaccount:{}:{}", target.space, target.name);
  Json spec = (*body)["spec"].is_object() ? (*body)["spec"] : object();
  spec.set("expirationSeconds", seconds);
  cluster_.tokens.forget_expired(cluster_.store.now());
  return respond(201,
                 object({{"kind", "TokenRequest"},
                         {"apiVersion", "authentication.k8s.io/v1"},
                         {"metadata", object({{"name", target.name}, {"namespace", target.space}})},
                         {"spec", std::move(spec)},
                         {"status", object({{"token", cluster_.tokens.issue(user, expiry)},
                                            {"expirationTimestamp", timestamp(expiry)}})}}));
}

}  // namespace catena::kubesim
