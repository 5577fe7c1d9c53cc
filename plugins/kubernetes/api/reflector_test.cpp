// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/api/reflector.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <fstream>
#include <map>
#include <sstream>

namespace catena::kubernetes::api {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr const char* kStream =
    "/api/v1/services?watch=true&allowWatchBookmarks=true&sendInitialEvents=true"
    "&resourceVersionMatch=NotOlderThan&resourceVersion={}&timeoutSeconds=300";
constexpr const char* kWatch =
    "/api/v1/services?watch=true&allowWatchBookmarks=true&resourceVersion={}&timeoutSeconds=300";
constexpr const char* kProbe =
    "/api/v1/services?fieldSelector=metadata.name%3D{}%2Cmetadata.namespace%3Dn&limit=1"
    "&resourceVersion={}&resourceVersionMatch=NotOlderThan";

class Lines final : public LogSink {
 public:
  void write(LogLevel level, std::string_view line) override {
    if (level != LogLevel::debug) lines.emplace_back(line);
  }
  std::vector<std::string> lines;
};

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
  Lines lines;
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
    return fmt::format("wait {}", std::chrono::duration_cast<milliseconds>(step.wait).count());
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

constexpr const char* kTooLarge =
    R"({"message":"Timeout: Too large resource version: 10, current: 3","code":504,
        "details":{"causes":[{"reason":"ResourceVersionTooLarge"}]}})";

/// The answer's status and body of a recorded exchange.
std::pair<int, std::string> recorded(const std::string& name) {
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

}  // namespace

TEST_CASE("A streaming list becomes a watch") {
  Dialogue d;
  d.reflector.connected();
  CHECK(d.next() == Dialogue::target(kStream, ""));
  d.head(200);
  CHECK(d.reflector.patience() == seconds(10));
  CHECK(d.reflector.body(Dialogue::event("ADDED", "b", "7") + Dialogue::event("ADDED", "a", "5")));
  CHECK(!d.reflector.synced());
  CHECK(d.reflector.body(Dialogue::bookmark("6", false)));
  CHECK(!d.reflector.synced());
  CHECK(d.reflector.body(Dialogue::bookmark("10", true)));
  CHECK(d.reflector.synced());
  CHECK(d.objects.commits == 1);
  CHECK(d.reflector.patience() == seconds(330));
  CHECK(d.reflector.body(Dialogue::event("MODIFIED", "a", "11") +
                         Dialogue::event("DELETED", "b", "12") +
                         Dialogue::event("MODIFIED", "c", "13")));
  CHECK(d.objects.text() == "n/a@11 n/c@13 ");
  CHECK(d.reflector.body(Dialogue::bookmark("20", false)));
  d.clock.advance(seconds(300));
  CHECK(d.reflector.patience() == seconds(30));
  d.reflector.end();
  CHECK(d.next() == Dialogue::target(kStream, "20"));
  CHECK(d.lines.lines.empty());
}

TEST_CASE("Without streaming lists, pages") {
  Dialogue d;
  d.next();
  d.answer(422, R"({"message":"sendInitialEvents is forbidden","code":422})");
  CHECK(d.next() == "/api/v1/services?limit=500&resourceVersion=0");
  d.answer(200, Dialogue::list("9", "t/1", {"a", "b"}));
  CHECK(!d.reflector.synced());
  CHECK(d.next() == "/api/v1/services?limit=500&continue=t%2F1");
  d.answer(200, Dialogue::list("10", "", {"c"}));
  CHECK(d.reflector.synced());
  CHECK(d.objects.text() == "n/a@9 n/b@9 n/c@10 ");
  CHECK(d.next() == Dialogue::target(kWatch, "9"));
}

TEST_CASE("A silent stream falls back to pages") {
  Dialogue d;
  d.next();
  d.head(200);
  d.broken(http::FailureKind::timeout);
  CHECK(d.next() == "/api/v1/services?limit=500&resourceVersion=0");
}

TEST_CASE("Pages that expire under way are read all at once") {
  Dialogue d;
  d.next();
  d.answer(400, "");
  d.next();
  d.answer(200, Dialogue::list("9", "t", {"a"}));
  d.next();
  d.answer(410, R"({"code":410,"metadata":{"continue":"u"}})");
  CHECK(d.next() == "/api/v1/services?resourceVersion=0");
  d.answer(200, Dialogue::list("12", "", {"b"}));
  CHECK(d.objects.text() == "n/b@12 ");
  CHECK(d.next() == Dialogue::target(kWatch, "12"));
}

TEST_CASE("An expired watch is listed again, and nothing is missing meanwhile") {
  Dialogue d;
  d.sync();
  CHECK(!d.reflector.body(Dialogue::error_event(410)));
  CHECK(d.next() == "wait 800");
  CHECK(d.next() == Dialogue::target(kStream, "10"));
  d.head(200);
  CHECK(d.reflector.body(Dialogue::event("ADDED", "b", "20")));
  CHECK(d.objects.text() == "n/a@5 n/b@20 ");
  CHECK(d.reflector.body(Dialogue::bookmark("21", true)));
  CHECK(d.objects.text() == "n/b@20 ");
}

TEST_CASE("A version that the server does not have is not asked for again") {
  Dialogue d;
  d.sync();
  CHECK(!d.reflector.body(Dialogue::error_event(410)));
  d.next();
  d.next();
  SECTION("gone") { d.answer(410, R"({"code":410})"); }
  SECTION("too large") { d.answer(504, kTooLarge); }
  CHECK(d.next() == Dialogue::target(kStream, ""));
  d.answer(501, "");
  CHECK(d.next() == "/api/v1/services?limit=500&resourceVersion=");
}

TEST_CASE("Few objects are read again with each watch") {
  Dialogue d;
  d.sync();
  d.reflector.body(Dialogue::event("ADDED", "b", "15"));
  SECTION("it ended") {
    d.clock.advance(seconds(300));
    d.reflector.end();
  }
  SECTION("it broke") {
    d.broken();
    CHECK(d.next() == "wait 800");
    d.reflector.connected();
  }
  CHECK(d.next() == Dialogue::target(kStream, "15"));
  d.head(200);
  CHECK(d.objects.text() == "n/a@5 n/b@15 ");
  CHECK(d.reflector.body(Dialogue::event("ADDED", "c", "7") + Dialogue::bookmark("16", true)));
  CHECK(d.objects.text() == "n/c@7 ");
}

TEST_CASE("A watch of many objects goes on if the newest that is known is still there") {
  Dialogue d;
  d.sync_many();
  d.reflector.body(Dialogue::event("ADDED", "b", "15") + Dialogue::bookmark("20", false));
  d.clock.advance(seconds(300));
  d.reflector.end();
  CHECK(d.next() == Dialogue::probe("b", "20"));
  SECTION("it is") {
    d.answer(200, Dialogue::found("b", "15"));
    // Not from 20: in another past that is the same up to 15 there were other changes since.
    CHECK(d.next() == Dialogue::target(kWatch, "15"));
    d.reflector.connected();
    CHECK(d.next() == Dialogue::target(kWatch, "15"));
    SECTION("the server's cache does not reach back so far") {
      d.head(200);
      CHECK(!d.reflector.body(Dialogue::error_event(410)));
      CHECK(d.next() == "wait 800");
      CHECK(d.next() == Dialogue::target(kStream, "20"));
    }
  }
  SECTION("the server's cache does not reach back so far, on the same connection") {
    d.answer(200, Dialogue::found("b", "15"));
    CHECK(d.next() == Dialogue::target(kWatch, "15"));
    d.head(200);
    CHECK(!d.reflector.body(Dialogue::error_event(410)));
    CHECK(d.next() == Dialogue::target(kWatch, "20"));
    d.head(200);
    CHECK(!d.reflector.body(Dialogue::error_event(410)));
    CHECK(d.next() == "wait 800");
    CHECK(d.next() == Dialogue::target(kStream, "20"));
  }
  SECTION("it has changed since: the one before is asked for") {
    d.answer(200, Dialogue::found("b", "21"));
    CHECK(d.next() == Dialogue::probe("a", "20"));
    SECTION("of the state: no proof of what was taken away before") {
      d.reflector.connected();
      d.answer(200, Dialogue::found("a", "6"));
      CHECK(d.next() == Dialogue::target(kStream, "20"));
    }
    SECTION("but enough where the connection stayed") {
      d.answer(200, Dialogue::found("a", "6"));
      CHECK(d.next() == Dialogue::target(kWatch, "20"));
    }
  }
}

TEST_CASE("Many objects are read again if the newest that is known is not there") {
  Dialogue d;
  d.sync_many();
  d.reflector.body(Dialogue::event("ADDED", "b", "15"));
  d.clock.advance(seconds(300));
  d.reflector.end();
  CHECK(d.next() == Dialogue::probe("b", "15"));
  SECTION("it is another one") { d.answer(200, Dialogue::found("b", "14")); }
  SECTION("it has the version and says something else") {
    d.answer(200, R"({"metadata":{},"items":[{"metadata":{"name":"b","namespace":"n",
        "resourceVersion":"15","uid":"2"}}]})");
  }
  SECTION("it is gone") { d.answer(200, Dialogue::found("", "")); }
  SECTION("the version is forgotten") { d.answer(410, R"({"code":410})"); }
  CHECK(d.next().find("&sendInitialEvents=true&") != std::string::npos);
}

TEST_CASE("What was taken away must still be away") {
  Dialogue d;
  d.sync_many();
  d.reflector.body(Dialogue::event("ADDED", "b", "15") + Dialogue::event("DELETED", "a", "16"));
  d.broken();
  CHECK(d.next() == "wait 800");
  d.reflector.connected();
  CHECK(d.next() == Dialogue::probe("a", "16"));
  SECTION("it is, and the newest that is there is too") {
    d.answer(200, Dialogue::found("", ""));
    CHECK(d.next() == Dialogue::probe("b", "16"));
    d.answer(200, Dialogue::found("b", "15"));
    CHECK(d.next() == Dialogue::target(kWatch, "15"));
  }
  SECTION("it came back since") {
    d.answer(200, Dialogue::found("a", "17"));
    CHECK(d.next() == Dialogue::probe("b", "16"));
  }
  SECTION("it is there as if nothing had happened") {
    d.answer(200, Dialogue::found("a", "6"));
    CHECK(d.lines.lines.back() == "[INFO] services: changes may have been missed, listing again");
    CHECK(d.next() == Dialogue::target(kStream, "16"));
  }
  SECTION("the server was restored from an older state") {
    d.answer(504, kTooLarge);
    CHECK(d.next() == Dialogue::target(kStream, ""));
    CHECK(d.lines.lines.back().find("older") != std::string::npos);
  }
  SECTION("it has just started and does not know our rights yet") {
    d.answer(403, R"({"message":"no","code":403})");
    CHECK(d.next() == "wait 1600");
    CHECK(d.next() == Dialogue::probe("a", "16"));
  }
  SECTION("listing is not allowed") {
    for (int i = 0; i < 2; ++i) {
      d.answer(403, R"({"message":"no","code":403})");
      CHECK(d.next().starts_with("wait "));
      CHECK(d.next() == Dialogue::probe("a", "16"));
    }
    d.answer(403, R"({"message":"no","code":403})");
    CHECK(d.next() == Dialogue::target(kWatch, "16"));
  }
  SECTION("it is overloaded") {
    d.answer(503, "");
    CHECK(d.next() == "wait 1600");
    CHECK(d.next() == Dialogue::probe("a", "16"));
  }
}

TEST_CASE("The proof also asks for a resource's own fields") {
  Lines lines;
  ManualClock clock;
  Objects objects;
  DecodingSink<ServiceObject> sink(objects);
  Reflector reflector({"services", "/s", {}, "a=b"}, sink, Log(lines), clock, [] { return 0.0; });
  static_cast<void>(reflector.next());
  http::ResponseHead head;
  head.status = 200;
  reflector.head(head);
  for (int i = 0; i < 600; ++i) {
    reflector.body(Dialogue::event("ADDED", fmt::format("many-{}", i), fmt::format("{}", i)));
  }
  reflector.body(Dialogue::bookmark("900", true));
  reflector.end();
  CHECK(reflector.next().target.starts_with(
      "/s?fieldSelector=a%3Db%2Cmetadata.name%3Dmany-599%2Cmetadata.namespace%3Dn&limit=1&"));
}

TEST_CASE("A server that goes away after pages were read is listed again") {
  Dialogue d;
  d.next();
  d.answer(400, "");
  d.next();
  d.answer(200, Dialogue::list("9", "", {"a"}));
  d.next();
  d.broken(http::FailureKind::unreachable);
  d.next();
  d.reflector.connected();
  CHECK(d.next() == Dialogue::target(kStream, "9"));
}

TEST_CASE("Back-off grows, is capped and forgets") {
  Dialogue d;
  for (const char* wait : {"800", "1600", "2000", "2000"}) {
    d.next();
    d.broken(http::FailureKind::unreachable);
    CHECK(d.next() == fmt::format("wait {}", wait));
  }
  CHECK(d.lines.lines.size() == 1);
  d.clock.advance(seconds(31));
  d.broken(http::FailureKind::unreachable);
  CHECK(d.next() == "wait 800");
}

TEST_CASE("A server that answers again is no part of the trouble before") {
  Dialogue d;
  for (int i = 0; i < 5; ++i) {
    d.next();
    d.broken(http::FailureKind::unreachable);
    d.next();
  }
  for (const char* wait : {"800", "1600", "3200", "5000", "5000"}) {
    d.next();
    d.answer(503, "");
    d.next();
    d.answer(503, "");
    CHECK(d.next() == fmt::format("wait {}", wait));
  }
}

TEST_CASE("Retry-After is honoured, and overload costs no relist") {
  Dialogue d;
  d.sync();
  d.reflector.end();
  d.next();
  d.head(429, "text/plain", "7");
  d.reflector.body("Too many requests, please try again later.\n");
  d.reflector.end();
  CHECK(d.next() == "wait 7000");
  CHECK(d.next() == Dialogue::target(kStream, "10"));
  CHECK(d.lines.lines.back() ==
        "[WARNING] services: cannot watch: HTTP 429: Too many requests, please try again later.");
}

TEST_CASE("An expired token costs one request, a wrong one is backed off") {
  Dialogue d;
  d.sync();
  d.reflector.end();
  d.next();
  d.answer(401, R"({"message":"Unauthorized","code":401})");
  CHECK(d.next() == Dialogue::target(kStream, "10"));
  d.answer(401, R"({"message":"Unauthorized","code":401})");
  CHECK(d.next() == "wait 800");
  CHECK(d.lines.lines.size() == 1);
}

TEST_CASE("A missing right is said once, with verb and resource, and asked for again") {
  Dialogue d;
  for (int i = 0; i < 3; ++i) {
    d.next();
    d.answer(403, R"({"message":"may not watch","code":403})");
    CHECK(d.next() == "/api/v1/services?limit=500&resourceVersion=0");
    d.answer(403, R"({"message":"may not list","code":403})");
    CHECK(d.next().starts_with("wait "));
  }
  CHECK(d.lines.lines ==
        std::vector<std::string>{
            "[WARNING] services: not allowed to watch this resource (HTTP 403): may not watch; the "
            "rights needed are list and watch on services",
            "[WARNING] services: not allowed to list this resource (HTTP 403): may not list; the "
            "rights needed are list and watch on services"});
}

TEST_CASE("A resource that is not installed is said once, and asked for again") {
  Dialogue d;
  const auto [status, body] = recorded("404-group.http");
  for (int i = 0; i < 3; ++i) {
    d.next();
    d.answer(status, body);
    CHECK(d.next() == "/api/v1/services?limit=500&resourceVersion=0");
    d.answer(status, body);
    CHECK(d.next().starts_with("wait "));
  }
  CHECK(d.lines.lines ==
        std::vector<std::string>{"[WARNING] services: the API server does not serve "
                                 "/api/v1/services (HTTP 404); is it installed?"});
  CHECK(!d.reflector.synced());
}

TEST_CASE("A very short watch is no reason for a hot loop") {
  struct Case {
    const char* name;
    std::string body;
    const char* newest;  ///< The version of "a" that is known.
  };
  const Case c = GENERATE(values<Case>({
      {"without an event", "", "6"},
      {"with the same event each time", Dialogue::event("MODIFIED", "a", "15"), "15"},
      {"with a bookmark", Dialogue::bookmark("30", false), "6"},
  }));
  DYNAMIC_SECTION(c.name) {
    Dialogue d;
    d.sync_many();
    for (const char* wait : {"", "wait 800", "wait 1600", "wait 3200", "wait 5000"}) {
      d.reflector.body(c.body);
      d.clock.advance(milliseconds(1));
      d.reflector.end();
      if (*wait != '\0') CHECK(d.next() == wait);
      CHECK(d.next().starts_with("/api/v1/services?fieldSelector"));
      d.answer(200, Dialogue::found("a", c.newest));
      CHECK(d.next().starts_with("/api/v1/services?watch=true"));
      d.head(200);
    }
    d.clock.advance(seconds(2));
    d.reflector.end();
    CHECK(d.next().starts_with("/api/v1/services?fieldSelector"));
  }
}

TEST_CASE("Garbage leaves what is known and is backed off") {
  Dialogue d;
  d.sync();
  SECTION("an event cut short") {
    d.reflector.body(R"({"type":"ADDED","object":{"meta)");
    d.reflector.end();
  }
  SECTION("no JSON") { CHECK(!d.reflector.body("<html>")); }
  SECTION("an object that cannot be read") {
    CHECK(!d.reflector.body(R"({"type":"ADDED","object":{"metadata":{"name":7}}})"));
  }
  CHECK(d.objects.text() == "n/a@5 ");
  CHECK(d.lines.lines.back().find("the API server's answer cannot be used") != std::string::npos);
  CHECK(d.next() == "wait 800");
  CHECK(d.next() == Dialogue::target(kStream, "10"));
}

TEST_CASE("A list cut short replaces nothing") {
  Dialogue d;
  d.sync();
  CHECK(!d.reflector.body(Dialogue::error_event(500)));
  d.next();
  d.next();
  d.answer(400, "");
  CHECK(d.next() == "/api/v1/services?resourceVersion=10");
  d.head(200);
  CHECK(d.reflector.body(R"({"metadata":{"resourceVersion":"30"},"items":[{"metadata":{)"));
  SECTION("within well-formed HTTP") { d.reflector.end(); }
  SECTION("by the connection") { d.broken(); }
  CHECK(d.objects.text() == "n/a@5 ");
  CHECK(d.next() == "wait 1600");
  CHECK(d.next() == Dialogue::target(kStream, "10"));
}

TEST_CASE("An answer that is no JSON is not taken for a list") {
  Dialogue d;
  d.next();
  d.answer(404, "404 page not found\n");
  d.next();
  d.head(200, "text/html");
  d.reflector.body("<html>\nLog in</html>");
  d.reflector.end();
  CHECK(!d.reflector.synced());
  CHECK(d.lines.lines.back() == "[WARNING] services: cannot list: HTTP 200: <html>");
  CHECK(d.next() == "wait 800");
}

TEST_CASE("Too large an object is skipped and counted") {
  Dialogue d;
  d.sync();
  const std::string filler(BodyCutter::kElementLimit, 'x');
  CHECK(d.reflector.body(R"({"type":"ADDED","object":{"x":")" + filler + "\"}}"));
  CHECK(d.reflector.skipped().too_large == 1);
  CHECK(d.reflector.body(Dialogue::event("ADDED", "b", "30")));
  CHECK(d.objects.text() == "n/a@5 n/b@30 ");
}

TEST_CASE("A state whose objects are all too large replaces nothing, and it is said") {
  Dialogue d;
  d.sync();
  CHECK(!d.reflector.body(Dialogue::error_event(410)));
  d.next();
  d.next();
  const std::string filler(BodyCutter::kElementLimit, 'x');
  d.head(200);
  CHECK(d.reflector.body(R"({"type":"ADDED","object":{"metadata":{"name":"a","namespace":"n"},"x":")" +
                         filler + "\"}}"));
  CHECK(!d.reflector.body(Dialogue::bookmark("30", true)));
  CHECK(d.objects.text() == "n/a@5 ");
  CHECK(d.lines.lines.back() ==
        "[WARNING] services: the API server's answer cannot be used: none "
        "of its objects can be read");
}

TEST_CASE("What is too large or unreadable in a new state stays as it was known") {
  Dialogue d;
  d.sync();
  d.reflector.body(Dialogue::event("ADDED", "b", "11"));
  CHECK(!d.reflector.body(Dialogue::error_event(410)));
  d.next();
  d.next();
  const std::string filler(BodyCutter::kElementLimit, 'x');
  d.head(200);
  CHECK(d.reflector.body(R"({"type":"ADDED","object":{"metadata":{"name":"a","namespace":"n"},"x":")" +
                         filler + "\"}}"));
  CHECK(d.reflector.body(R"({"type":"ADDED","object":{"kind":"ConfigMap","metadata":{"name":"b",
      "namespace":"n","resourceVersion":"12"}}})"));
  CHECK(d.reflector.body(Dialogue::event("ADDED", "c", "13") + Dialogue::bookmark("30", true)));
  CHECK(d.objects.text() == "n/a@5 n/b@11 n/c@13 ");
}

TEST_CASE("What the API server says is one line of a bounded length") {
  Dialogue d;
  d.next();
  d.answer(401, R"({"message":"a\n[ERROR] b\u001b[31m)" + std::string(60'000, 'x') + R"("})");
  REQUIRE(d.lines.lines.size() == 1);
  CHECK(d.lines.lines[0].starts_with(
      R"([WARNING] services: cannot watch: HTTP 401: a\n[ERROR] b\x1b[31mxxx)"));
  CHECK(d.lines.lines[0].size() < 600);
}

TEST_CASE("Too large an object is said once, by its name where that comes first") {
  Dialogue d;
  d.sync();
  const std::string filler(BodyCutter::kElementLimit, 'x');
  const std::string big = R"({"type":"MODIFIED","object":{"metadata":{"name":"big",)"
                          R"("namespace": "n","annotations":{"a":")" +
                          filler + R"("}}}})";
  CHECK(d.reflector.body(big));
  CHECK(d.reflector.body(big.substr(0, 1000)));
  CHECK(d.reflector.body(big.substr(1000)));
  CHECK(d.reflector.skipped().too_large == 2);
  CHECK(d.lines.lines == std::vector<std::string>{
                             "[ERROR] services: n/big is passed over: it is larger than 4 MiB"});
}

TEST_CASE("An object that cannot be read does not stand in the way of the others") {
  struct Case {
    const char* name;
    const char* object;
    const char* said;
  };
  const Case cases[] = {
      {"a port that is none",
       R"({"metadata":{"name":"x","namespace":"n","resourceVersion":"40"},
           "spec":{"ports":[{"port":70000}]}})",
       "services: n/x is passed over: number out of range 70000"},
      {"a field of another type",
       R"({"metadata":{"name":"x","namespace":"n","resourceVersion":"40"},
           "spec":{"clusterIP":7}})",
       "services: n/x is passed over: text expected, found 7"},
      {"another kind of object",
       R"({"kind":"ConfigMap","metadata":{"name":"x","namespace":"n","resourceVersion":"40"}})",
       "services: n/x is passed over: an object of another kind: ConfigMap"},
      {"no name", R"({"metadata":{"resourceVersion":"40"}})",
       "services: an object is passed over: an object without a name"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      Dialogue d;
      d.sync();
      const std::string event = fmt::format(R"({{"type":"ADDED","object":{}}})", c.object);
      CHECK(d.reflector.body(event + event));
      CHECK(d.reflector.skipped().unreadable == 2);
      CHECK(d.lines.lines == std::vector<std::string>{fmt::format("[WARNING] {}", c.said)});
      CHECK(d.reflector.body(Dialogue::event("ADDED", "b", "41")));
      CHECK(d.objects.text() == "n/a@5 n/b@41 ");
    }
  }
}

TEST_CASE("An object that cannot be read can be taken away") {
  Dialogue d;
  d.sync();
  CHECK(d.reflector.body(R"({"type":"DELETED","object":{"metadata":{"name":"a","namespace":"n",
      "resourceVersion":"40"},"spec":{"ports":[{"port":70000}]}}})"));
  CHECK(d.objects.text().empty());
  CHECK(d.lines.lines.empty());
}

TEST_CASE("A state of which nothing can be read replaces nothing") {
  Dialogue d;
  d.sync();
  CHECK(!d.reflector.body(Dialogue::error_event(410)));
  d.next();
  d.next();
  const std::string useless = R"({"kind":"ConfigMap","metadata":{"name":"x"}})";
  SECTION("a stream") {
    d.head(200);
    CHECK(!d.reflector.body(R"({"type":"ADDED","object":)" + useless + "}" +
                            Dialogue::bookmark("30", true)));
  }
  SECTION("a list") {
    d.answer(400, "");
    d.next();
    d.answer(200, R"({"metadata":{"resourceVersion":"30"},"items":[)" + useless + "]}");
  }
  CHECK(d.objects.text() == "n/a@5 ");
  CHECK(d.objects.commits == 1);
  CHECK(d.lines.lines.back() ==
        "[WARNING] services: the API server's answer cannot be used: none "
        "of its objects can be read");
  CHECK(d.next().starts_with("wait "));
}

TEST_CASE("The age of what is known counts from the last event") {
  Dialogue d;
  const TimePoint start = d.clock.now();
  d.clock.advance(seconds(3));
  CHECK(d.reflector.last_event() == start);
  d.sync();
  CHECK(d.reflector.last_event() == start + seconds(3));
  d.clock.advance(seconds(60));
  d.reflector.body(Dialogue::bookmark("20", false));
  CHECK(d.reflector.last_event() == start + seconds(63));
  d.clock.advance(seconds(60));
  CHECK(!d.reflector.body(Dialogue::error_event(500)));
  CHECK(d.reflector.last_event() == start + seconds(63));
}

TEST_CASE("A missing right is named with its group") {
  Lines lines;
  ManualClock clock;
  Objects objects;
  DecodingSink<ServiceObject> sink(objects);
  Reflector reflector({"slices", "/prefix/apis/discovery.k8s.io/v1/endpointslices", {}, {}}, sink,
                      Log(lines), clock, [] { return 0.0; });
  reflector.next();
  http::ResponseHead head;
  head.status = 403;
  reflector.head(head);
  reflector.end();
  REQUIRE(lines.lines.size() == 1);
  CHECK_THAT(lines.lines[0], Catch::EndsWith("the rights needed are list and watch on "
                                             "endpointslices.discovery.k8s.io"));
}

TEST_CASE("An unknown kind of event is passed over") {
  Dialogue d;
  d.sync();
  CHECK(d.reflector.body(Dialogue::event("RENAMED", "b", "30")));
  CHECK(d.reflector.body(Dialogue::event("ADDED", "c", "31")));
  CHECK(d.objects.text() == "n/a@5 n/c@31 ");
}

TEST_CASE("Selectors are sent") {
  Lines lines;
  ManualClock clock;
  Objects objects;
  DecodingSink<ServiceObject> sink(objects);
  Reflector reflector({"pods", "/api/v1/pods", "a in (b,c)", "status.phase!=Failed"}, sink,
                      Log(lines), clock, [] { return 0.0; });
  CHECK(reflector.next().target.starts_with(
      "/api/v1/pods?labelSelector=a%20in%20%28b%2Cc%29&fieldSelector=status.phase%21%3DFailed&"));
}

TEST_CASE("What a real API server said is understood, in chunks of any size") {
  for (const std::size_t chunk : {1UL, 100UL, 100000UL}) {
    Dialogue d;
    const auto feed = [&](std::string_view body) {
      for (; !body.empty(); body.remove_prefix(std::min(chunk, body.size()))) {
        if (!d.reflector.body(body.substr(0, chunk))) return false;
      }
      return true;
    };
    const auto play = [&](const std::string& name) {
      const auto [status, body] = recorded(name);
      d.next();
      d.head(status);
      if (feed(body)) d.reflector.end();
    };
    d.next();
    d.head(200);
    CHECK(feed(recorded("watch-list-services.http").second));
    CHECK(d.reflector.synced());
    CHECK(d.objects.objects.size() == 6);
    CHECK(d.objects.objects.contains("shop/balanced"));
    CHECK(feed(recorded("watch-services.http").second));
    CHECK(!d.objects.objects.contains("shop/short"));
    CHECK(!feed(recorded("410-watch.http").second));
    CHECK(d.next().starts_with("wait"));
    play("422-watch-list-parameters.http");
    play("list-page-1.http");
    play("list-page-2.http");
    play("410-list-continue.http");
    CHECK(d.objects.commits == 1);
    play("list-services.http");
    CHECK(d.objects.commits == 2);
    CHECK(d.next() == Dialogue::target(kWatch, "347"));
  }
}

TEST_CASE("A real server's refusals are said in its own words") {
  struct Case {
    const char* name;
    const char* said;
  };
  const Case cases[] = {
      {.name = "401-bad-token.http", .said = "services: cannot watch: HTTP 401: Unauthorized"},
      {.name = "429-watch.http", .said = "services: cannot watch: HTTP 429: Too many requests"},
      {.name = "403-watch.http", .said = "cannot watch resource \"secrets\" in API group"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      Dialogue d;
      d.next();
      const auto [status, body] = recorded(c.name);
      d.answer(status, body);
      REQUIRE(d.lines.lines.size() == 1);
      CHECK(d.lines.lines[0].find(c.said) != std::string::npos);
    }
  }
}

}  // namespace catena::kubernetes::api
