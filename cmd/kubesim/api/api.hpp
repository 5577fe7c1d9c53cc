// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cmd/kubesim/api/cluster.hpp"
#include "cmd/kubesim/model/url.hpp"

#include <memory>

namespace catena::kubesim {

/// What a connection read, without anything of HTTP's transport.
struct ApiRequest {
  std::string method;
  std::string path;
  Query query;
  std::string accept;
  std::string content_type;
  std::string authorization;
  std::string body;
  /// The common name of the client's certificate, if it showed one.
  std::string certificate;

  [[nodiscard]] std::string_view parameter(std::string_view name) const;
  [[nodiscard]] bool flag(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  int retry_after = 0;
  /// The Status that the body holds; null where it holds anything else.
  Json refusal = nullptr;
};

/// A response, or a watch that the connection streams.
using Answer = std::variant<Response, std::shared_ptr<Watch>>;

/// The object or collection that a path names.
struct Target {
  const Resource* resource = nullptr;
  std::string space;
  std::string name;
  std::string subresource;
};

Response respond(int status, const Json& json);
Response respond(const Status& status);
/// 404 as for a path that nobody serves.
Response absent();
/// The form in which the client wants objects of a kind; an error if none of its types can be made.
/// An empty kind is never written as protobuf.
Outcome<Form> wanted_form(std::string_view accept, std::string_view kind);

/// Turns requests into answers. One thread owns it; nothing here waits.
class Api {
 public:
  explicit Api(Cluster& cluster) : cluster_(cluster) {}

  Answer handle(const ApiRequest& request);
  /// What a watch sends for an event: a line with its line break, or a frame of protobuf.
  [[nodiscard]] std::string write_event(const Watch& watch, const Watch::Event& event) const;

 private:
  // Requests that are not about objects: api_other.cpp.
  std::optional<Response> other(const ApiRequest& request, std::string_view user);
  Response discovery(const ApiRequest& request, const std::vector<std::string>& segments);
  Response access_review(const ApiRequest& request);
  // The tests' own: admin.cpp.
  Response administer(const ApiRequest& request);
  std::optional<Status> perform(const Json& request);
  [[nodiscard]] Json counters() const;

  // Who asks, and how it wants to be answered: api.cpp.
  Answer answer(const ApiRequest& request);
  [[nodiscard]] Outcome<Form> form(const ApiRequest& request, std::string_view kind) const;
  Outcome<std::string> authenticate(const ApiRequest& request) const;
  std::optional<Status> refusal(const Target& target,
                                std::string_view verb,
                                std::string_view user) const;
  Answer dispatch(const ApiRequest& request, const Target& target, std::string_view verb);

  // Reading: api_read.cpp.
  Outcome<Response> get(const ApiRequest& request, const Target& target);
  Outcome<Response> list(const ApiRequest& request, const Target& target);
  Outcome<std::shared_ptr<Watch>> watch(const ApiRequest& request, const Target& target);

  // Writing: api_write.cpp.
  Outcome<Response> create(const ApiRequest& request, const Target& target);
  Outcome<Response> replace(const ApiRequest& request, const Target& target);
  Outcome<Response> patch(const ApiRequest& request, const Target& target);
  Outcome<ObjectPtr> update(const ApiRequest& request, const Target& target, Json json);
  Outcome<Json> patched(const ApiRequest& request, const Json& current) const;

  // Deleting: api_delete.cpp.
  Outcome<Response> remove(const ApiRequest& request, const Target& target);
  Outcome<Response> remove_collection(const ApiRequest& request, const Target& target);
  Outcome<ObjectPtr> remove_object(const Resource& resource, ObjectPtr found, const Json& options);
  void orphan(const Object& owner);

  // `scale` and `token`: api_subresources.cpp.
  Outcome<Response> scale(const ApiRequest& request, const Target& target);
  Outcome<Response> token(const ApiRequest& request, const Target& target);

  Cluster& cluster_;
};

/// Reads a body that should be one object, JSON or YAML.
Outcome<Json> read_body(const ApiRequest& request);
Outcome<Filter> filter_of(const ApiRequest& request, const Target& target);

}  // namespace catena::kubesim
