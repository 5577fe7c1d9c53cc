// SPDX-License-Identifier: Apache-2.0
// For tests of the reflector only: one resource followed, what it asks for and what is answered.
#pragma once

#include "plugins/kubernetes/api/reflector.hpp"
#include "test/support/log_lines.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <initializer_list>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace catena::kubernetes::api::testing {

inline constexpr const char* kStream =
    "/api/v1/services?watch=true&allowWatchBookmarks=true&sendInitialEvents=true"
    "&resourceVersionMatch=NotOlderThan&resourceVersion={}&timeoutSeconds=300";
inline constexpr const char* kWatch =
    "/api/v1/services?watch=true&allowWatchBookmarks=true&resourceVersion={}&timeoutSeconds=300";
inline constexpr const char* kProbe =
    "/api/v1/services?fieldSelector=metadata.name%3D{}%2Cmetadata.namespace%3Dn&limit=1"
    "&resourceVersion={}&resourceVersionMatch=NotOlderThan";

/// Keeps what a store would: objects by key, and forgets only at a commit.
class Objects final : public Sink<ServiceObject> {
 public:
  void begin_replace() override { seen_.clear(); }
  void upsert(ServiceObject&& object) override {
    const std::string key = object.metadata.name_space + "/" + object.metadata.name;
    seen_[key] = true;
    objects[key] = object.metadata.resource_version;
  }
  void remove(std::string_view name_space, std::string_view name) override {
    objects.erase(fmt::format("{}/{}", name_space, name));
  }
  void keep(std::string_view name_space, std::string_view name) override {
    seen_[fmt::format("{}/{}", name_space, name)] = true;
  }
  void commit_replace() override {
    ++commits;
    std::erase_if(objects, [&](const auto& entry) { return !seen_.contains(entry.first); });
  }
  std::string text() const {
    std::string text;
    for (const auto& [key, version] : objects) text += fmt::format("{}@{} ", key, version);
    return text;
  }
  std::map<std::string, std::string> objects;
  int commits = 0;

 private:
  std::map<std::string, bool> seen_;
};

/// One resource followed, with everything around it in the test's hands.
struct Dialogue {
  catena::test::LogLines lines{LogLevel::info};
  ManualClock clock;
  Objects objects;
  DecodingSink<ServiceObject> sink{objects};
  Reflector reflector{
      {"services", "/api/v1/services", {}, {}}, sink, Log(lines), clock, [] { return 0.0; }};

  /// The next request's target, or "wait N ms".
  std::string next() {
    const NextStep step = reflector.next();
    if (step.wait == Duration::zero()) return step.target;
    clock.advance(step.wait);
    return fmt::format("wait {}",
                       std::chrono::duration_cast<std::chrono::milliseconds>(step.wait).count());
  }
  void head(int status, std::string type = "application/json", std::string retry = {}) {
    http::ResponseHead head;
    head.status = status;
    head.fields = {{"Content-Type", std::move(type)}};
    if (!retry.empty()) head.fields.emplace_back("Retry-After", retry);
    reflector.head(head);
  }
  /// A whole answer.
  void answer(int status, std::string_view body) {
    head(status);
    if (reflector.body(body)) reflector.end();
  }
  void broken(http::FailureKind kind = http::FailureKind::broken) {
    reflector.failed({kind, "connection reset"});
  }
  /// Through a streaming list with one object, to a watch that is under way.
  void sync() {
    reflector.connected();
    REQUIRE(next() == fmt::format(fmt::runtime(kStream), ""));
    head(200);
    REQUIRE(reflector.body(event("ADDED", "a", "5") + bookmark("10", true)));
    REQUIRE(reflector.synced());
    lines.lines.clear();
  }
  /// The same with so many objects that they are not read again with each watch.
  void sync_many() {
    reflector.connected();
    next();
    head(200);
    for (int i = 0; i < 600; ++i) {
      REQUIRE(reflector.body(event("ADDED", fmt::format("many-{}", i), "5")));
    }
    REQUIRE(reflector.body(event("ADDED", "a", "6") + bookmark("10", true)));
    lines.lines.clear();
  }
  /// The question for one object.
  static std::string probe(std::string_view name, std::string_view version) {
    return fmt::format(fmt::runtime(kProbe), name, version);
  }
  /// An answer to it.
  static std::string found(std::string_view name, std::string_view version) {
    return fmt::format(R"({{"metadata":{{"resourceVersion":"99"}},"items":[{}]}})",
                       name.empty() ? "" : object(name, version));
  }
  static std::string object(std::string_view name, std::string_view version) {
    return fmt::format(R"({{"metadata":{{"name":"{}","namespace":"n","resourceVersion":"{}"}}}})",
                       name, version);
  }
  static std::string event(std::string_view type, std::string_view name, std::string_view version) {
    return fmt::format("{{\"type\":\"{}\",\"object\":{}}}\n", type, object(name, version));
  }
  static std::string bookmark(std::string_view version, bool end) {
    const char* annotation = end ? R"(,"annotations":{"k8s.io/initial-events-end":"true"})" : "";
    return fmt::format(
        R"({{"type":"BOOKMARK","object":{{"metadata":{{"resourceVersion":"{}"{}}}}}}})", version,
        annotation);
  }
  static std::string error_event(int code) {
    return fmt::format(R"({{"type":"ERROR","object":{{"kind":"Status","code":{}}}}})", code);
  }
  static std::string list(std::string_view version,
                          std::string_view more,
                          std::initializer_list<std::string_view> names) {
    std::string items;
    for (const auto& name : names) items += (items.empty() ? "" : ",") + object(name, version);
    return fmt::format(R"({{"metadata":{{"resourceVersion":"{}","continue":"{}"}},"items":[{}]}})",
                       version, more, items);
  }
  static std::string target(const char* form, std::string_view version) {
    return fmt::format(fmt::runtime(form), version);
  }
};

inline constexpr const char* kTooLarge =
    R"({"message":"Timeout: Too large resource version: 10, current: 3","code":504,
        "details":{"causes":[{"reason":"ResourceVersionTooLarge"}]}})";

/// The answer's status and body of a recorded exchange.
inline std::pair<int, std::string> recorded(const std::string& name) {
  std::ifstream file(std::string(CATENA_SOURCE_DIR) + "/plugins/kubernetes/api/testdata/" + name);
  std::stringstream text;
  text << file.rdbuf();
  const std::string all = text.str();
  const std::size_t start = all.find("\n---\n");
  REQUIRE(start != std::string::npos);
  const std::string answer = all.substr(start + 5);
  const std::size_t unix_end = answer.find("\n\n");
  const std::size_t end = answer.find("\r\n\r\n");
  const std::size_t body = end < unix_end ? end + 4 : unix_end + 2;
  return {std::stoi(answer.substr(9, 3)), answer.substr(body)};
}

}  // namespace catena::kubernetes::api::testing
