// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/api/api.hpp"

#include "cmd/kubesim/api/tables.hpp"
#include "cmd/kubesim/model/protobuf.hpp"

#include <fmt/format.h>

namespace catena::kubesim {
namespace {

constexpr std::string_view kAnonymous = "system:anonymous";

struct Route {
  Target target;
  enum class Kind { Objects, Absent, Other } kind = Kind::Other;
};

/// What follows the namespace: `pods`, `pods/NAME`, `pods/NAME/status`.
void fill(Target& target, std::span<const std::string> rest) {
  if (rest.size() > 1) target.name = rest[1];
  if (rest.size() > 2) target.subresource = rest[2];
}

/// `namespaces/NAME/...` is about objects in the namespace, unless what follows is a part of the
/// Namespace itself.
bool in_namespace(std::span<const std::string> rest) {
  return rest.size() >= 3 && rest[0] == "namespaces" && rest[2] != "status" &&
         rest[2] != "finalize";
}

Route route(const std::vector<std::string>& segments) {
  const bool core = segments.size() >= 3 && segments[0] == "api";
  const bool group = segments.size() >= 4 && segments[0] == "apis";
  if (!core && !group) return {};
  Route result;
  auto rest = std::span(segments).subspan(core ? 2 : 3);
  if (in_namespace(rest)) {
    result.target.space = rest[1];
    rest = rest.subspan(2);
  }
  result.target.resource = find_resource(core ? "" : segments[1], segments[core ? 1 : 2], rest[0]);
  fill(result.target, rest);
  const bool known = result.target.resource != nullptr && rest.size() <= 3;
  result.kind = known ? Route::Kind::Objects : Route::Kind::Absent;
  return result;
}

std::string_view verb_of(const ApiRequest& request, const Target& target) {
  const bool one = !target.name.empty();
  if (request.method == "GET" && request.flag("watch")) return "watch";
  if (request.method == "GET") return one ? "get" : "list";
  if (request.method == "POST") return "create";
  if (request.method == "PUT") return "update";
  if (request.method == "PATCH") return "patch";
  if (request.method == "DELETE") return one ? "delete" : "deletecollection";
  return "";
}

std::string reason_of(int code) {
  switch (code) {
    case 400:
      return "BadRequest";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "NotFound";
    case 410:
      return "Expired";
    case 503:
      return "ServiceUnavailable";
    case 504:
      return "Timeout";
    default:
      return "InternalError";
  }
}

/// A fault's answer; 429 is plain text, as from priority and fairness.
Response faulty(int code) {
  if (code == 429) {
    return {429, "Too many requests, please try again later.\n", "text/plain; charset=utf-8", 1};
  }
  if (code == 401) return respond(unauthorized());
  return respond(Status{code, reason_of(code), "a fault that a test asked for", nullptr, {}});
}

template <class T>
Answer answer_of(Outcome<T> outcome) {
  if (!outcome) return respond(outcome.error());
  return std::move(*outcome);
}

}  // namespace

std::string_view ApiRequest::parameter(std::string_view name) const {
  const auto found = query.find(name);
  return found == query.end() ? std::string_view() : std::string_view(found->second);
}

bool ApiRequest::flag(std::string_view name) const {
  const std::string_view value = parameter(name);
  return value == "true" || value == "1" || (value.empty() && query.contains(name));
}

Response absent() { return {404, "404 page not found\n", "text/plain; charset=utf-8"}; }

Response respond(int status, const Json& json) { return {status, json.write()}; }

Response respond(const Status& status) {
  Response response = respond(status.code, status.json());
  response.refusal = status.json();
  response.retry_after = static_cast<int>(status.details["retryAfterSeconds"].integer());
  return response;
}

Outcome<std::string> Api::authenticate(const ApiRequest& request) const {
  if (cluster_.access == Access::Open) return std::string("kubernetes-admin");
  if (!request.certificate.empty()) return request.certificate;
  if (request.authorization.empty()) return std::string(kAnonymous);
  constexpr std::string_view kBearer = "Bearer ";
  const std::string_view given = request.authorization;
  if (!given.starts_with(kBearer)) return unauthorized();
  const auto* user = cluster_.tokens.user_of(given.substr(kBearer.size()), cluster_.store.now());
  if (user == nullptr) return unauthorized();
  return *user;
}

std::optional<Status> Api::refusal(const Target& target,
                                   std::string_view verb,
                                   std::string_view user) const {
  const Resource& resource = *target.resource;
  if (user != kAnonymous && !cluster_.faults.forbids(resource.plural)) return std::nullopt;
  return forbidden(resource, user, verb, target.space);
}

Outcome<Form> Api::form(const ApiRequest& request, std::string_view kind) const {
  return wanted_form(request.accept, cluster_.faults.protobuf() ? kind : "");
}

Answer Api::handle(const ApiRequest& request) {
  Answer result = answer(request);
  auto* const response = std::get_if<Response>(&result);
  if (response == nullptr || response->refusal.is_null()) return result;
  const auto wanted = form(request, "Status");
  if (!wanted || *wanted != Form::Protobuf) return result;
  response->body = write_protobuf(response->refusal);
  response->content_type = kProtobufType;
  return result;
}

Answer Api::answer(const ApiRequest& request) {
  ++cluster_.requests;
  if (request.path.starts_with("/kubesim/")) return administer(request);
  const Route found = route(path_segments(request.path));
  const bool about_objects = found.kind == Route::Kind::Objects;
  const std::string_view verb = about_objects ? verb_of(request, found.target) : "";
  if (const auto code = cluster_.faults.status_for(request.path, verb)) return faulty(*code);
  const auto user = authenticate(request);
  if (!user) return respond(user.error());
  if (auto response = other(request, *user)) return std::move(*response);
  const bool hidden =
      about_objects && cluster_.faults.absent_groups().contains(found.target.resource->group);
  if (!about_objects || hidden) return absent();
  if (const auto status = refusal(found.target, verb, *user)) return respond(*status);
  return dispatch(request, found.target, verb);
}

Answer Api::dispatch(const ApiRequest& request, const Target& target, std::string_view verb) {
  const std::string& part = target.subresource;
  if (part == "token" && target.resource->kind == "ServiceAccount") {
    return answer_of(token(request, target));
  }
  if (!part.empty() && !target.resource->has_subresource(part)) return absent();
  if (part == "scale") return answer_of(scale(request, target));
  const bool one = !target.name.empty();
  if (verb == "watch") return answer_of(watch(request, target));
  if (verb == "list") return answer_of(list(request, target));
  if (verb == "get") return answer_of(get(request, target));
  if (verb == "create" && !one) return answer_of(create(request, target));
  if (verb == "update" && one) return answer_of(replace(request, target));
  if (verb == "patch" && one) return answer_of(patch(request, target));
  if (verb == "delete" && part.empty()) return answer_of(remove(request, target));
  if (verb == "deletecollection") return answer_of(remove_collection(request, target));
  return respond(method_not_allowed());
}

}  // namespace catena::kubesim
