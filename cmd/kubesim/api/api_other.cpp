// SPDX-License-Identifier: Apache-2.0
// Requests that are not about objects: discovery, OpenAPI, health, access reviews.
#include "cmd/kubesim/api/api.hpp"
#include "cmd/kubesim/api/discovery.hpp"
#include "cmd/kubesim/api/openapi.hpp"

namespace catena::kubesim {
namespace {

/// Asked for with an at sign before the version, which is no valid media type; answered with a dot.
constexpr std::string_view kOpenApiProtobuf =
    "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
constexpr std::string_view kText = "text/plain; charset=utf-8";

Response text(std::string body) { return {200, std::move(body), std::string(kText)}; }

Response respond_or_absent(const std::optional<Json>& json) {
  return json ? respond(200, *json) : absent();
}

/// The version of aggregated discovery that the client asks for first, or nothing.
std::string aggregated_version(std::string_view accept) {
  const std::string_view first = accept.substr(0, accept.find(','));
  if (first.find("as=APIGroupDiscoveryList") == first.npos) return {};
  return first.find("v=v2beta1") == first.npos ? "v2" : "v2beta1";
}

Response aggregated(GroupSet set, const std::string& version, const HiddenGroups& hidden) {
  Response response = respond(200, aggregated_discovery(set, version, hidden));
  response.content_type =
      "application/json;g=apidiscovery.k8s.io;v=" + version + ";as=APIGroupDiscoveryList";
  return response;
}

Response open_api(const ApiRequest& request,
                  const std::vector<std::string>& segments,
                  const HiddenGroups& hidden) {
  if (segments.size() < 2) return absent();
  if (segments[1] == "v2") {
    if (request.accept.find("protobuf") == std::string::npos)
      return respond(200, openapi_v2_json());
    return {200, openapi_v2_protobuf(), std::string(kOpenApiProtobuf)};
  }
  if (segments[1] != "v3") return absent();
  if (segments.size() == 2) return respond(200, openapi_v3_index(hidden));
  constexpr std::string_view kPrefix = "/openapi/v3/";
  return respond_or_absent(
      openapi_v3_document(std::string_view(request.path).substr(kPrefix.size())));
}

}  // namespace

Response Api::discovery(const ApiRequest& request, const std::vector<std::string>& segments) {
  const HiddenGroups& hidden = cluster_.faults.absent_groups();
  const bool core = segments[0] == "api";
  const std::string version = aggregated_version(request.accept);
  if (segments.size() == 1 && !version.empty()) {
    return aggregated(core ? GroupSet::Core : GroupSet::Others, version, hidden);
  }
  if (segments.size() == 1) {
    return respond(200, core ? core_versions(cluster_.server_address) : group_list(hidden));
  }
  if (core) return respond_or_absent(resource_list("", segments[1]));
  if (hidden.contains(segments[1])) return absent();
  if (segments.size() == 2) return respond_or_absent(group_description(segments[1]));
  return respond_or_absent(resource_list(segments[1], segments[2]));
}

Response Api::access_review(const ApiRequest& request) {
  auto review = read_body(request);
  if (!review) return respond(review.error());
  const std::string_view plural = review->at("spec.resourceAttributes.resource").text();
  review->set("status", object({{"allowed", !cluster_.faults.forbids(plural)}}));
  return respond(201, *review);
}

std::optional<Response> Api::other(const ApiRequest& request, std::string_view) {
  const std::vector<std::string> segments = path_segments(request.path);
  if (segments.empty()) return respond(200, object({{"paths", array({"/api", "/apis"})}}));
  const std::string& first = segments[0];
  if (first == "healthz" || first == "livez" || first == "readyz") return text("ok");
  if (first == "version") return Response{200, version_description().write_pretty()};
  if (first == "openapi") return open_api(request, segments, cluster_.faults.absent_groups());
  const bool discovers =
      (first == "api" && segments.size() <= 2) || (first == "apis" && segments.size() <= 3);
  if (discovers) return discovery(request, segments);
  if (segments.back() == "selfsubjectaccessreviews" && request.method == "POST") {
    return access_review(request);
  }
  return std::nullopt;
}

}  // namespace catena::kubesim
