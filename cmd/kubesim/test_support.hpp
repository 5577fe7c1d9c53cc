// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cmd/kubesim/api/api.hpp"
#include "cmd/kubesim/model/yaml.hpp"
#include "cmd/kubesim/simulator.hpp"

#include <catch2/catch.hpp>

/// Results are shown without their contents, most of which cannot be printed.
template <class T, class E>
struct Catch::StringMaker<boost::system::result<T, E>> {
  static std::string convert(const boost::system::result<T, E>& result) {
    return result ? "a value" : "an error";
  }
};

namespace catena::kubesim {

/// A JSON value from YAML, which needs no quotes.
inline Json yaml(std::string_view text) {
  auto json = parse_yaml(text);
  if (!json) FAIL(json.error().message);
  return std::move(*json);
}

/// A simulated cluster whose clock the test moves, asked without a network.
class TestCluster {
 public:
  explicit TestCluster(const Options& options = {})
      : simulator_(options, [this] { return now_; }), api_(simulator_.cluster()) {
    simulator_.populate("127.0.0.1", 6443);
    settle();
  }

  void settle() { simulator_.queue().run_all(); }
  void pass(std::chrono::seconds time) { now_ += time; }
  Cluster& cluster() { return simulator_.cluster(); }
  Simulator& simulator() { return simulator_; }
  Api& api() { return api_; }

  Answer ask(ApiRequest request) {
    Answer answer = api_.handle(request);
    settle();
    return answer;
  }

  static ApiRequest request(std::string method, std::string_view target, std::string body = "") {
    ApiRequest made;
    const std::size_t mark = std::min(target.find('?'), target.size());
    made.method = std::move(method);
    made.path = std::string(target.substr(0, mark));
    made.query = parse_query(target.substr(std::min(mark + 1, target.size())));
    made.content_type = "application/json";
    made.body = std::move(body);
    return made;
  }

  Response call(std::string method, std::string_view target, std::string body = "") {
    Answer answer = ask(request(std::move(method), target, std::move(body)));
    REQUIRE(std::holds_alternative<Response>(answer));
    return std::get<Response>(std::move(answer));
  }

  Json get(std::string_view target) {
    auto json = parse_json(call("GET", target).body);
    REQUIRE(json);
    return std::move(*json);
  }

  /// Creates what a YAML text says and lets the controllers work.
  Response create(std::string_view collection, std::string_view text) {
    return call("POST", collection, yaml(text).write());
  }

  std::shared_ptr<Watch> watch(std::string_view target) {
    Answer answer = ask(request("GET", target));
    REQUIRE(std::holds_alternative<std::shared_ptr<Watch>>(answer));
    return std::get<std::shared_ptr<Watch>>(std::move(answer));
  }

  /// The next event of a watch as `TYPE name`, or empty.
  std::string next(Watch& watch) {
    const auto event = watch.next();
    if (!event) return "";
    const auto json = parse_json(api_.write_event(watch, *event));
    REQUIRE(json);
    const Json& shown = (*json)["object"];
    const std::string name(shown.at("metadata.name").text());
    return std::string((*json)["type"].text()) + (name.empty() ? "" : " " + name);
  }

 private:
  std::chrono::system_clock::time_point now_ =
      parse_timestamp("2026-11-22T14:25:08Z").value_or(std::chrono::system_clock::time_point());
  Simulator simulator_;
  Api api_;
};

/// A headless Service and a StatefulSet behind it.
inline void create_nginx(TestCluster& cluster, int replicas) {
  cluster.create("/api/v1/namespaces/default/services",
                 "{metadata: {name: nginx}, spec: {clusterIP: None, selector: {app: nginx}, "
                 "ports: [{name: nginx, port: 80}]}}");
  cluster.create(
      "/apis/apps/v1/namespaces/default/statefulsets",
      "{metadata: {name: nginx}, spec: {serviceName: nginx, replicas: " + std::to_string(replicas) +
          ", selector: {matchLabels: {app: nginx}}, template: {metadata: {labels: {app: "
          "nginx}}, spec: {containers: [{name: c, image: i}]}}}}");
}

}  // namespace catena::kubesim
