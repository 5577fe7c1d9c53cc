// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/api/reflector_testing.hpp"

namespace catena::kubernetes::api {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::Dialogue;
using testing::kStream;
using testing::Objects;
using testing::recorded;

}  // namespace

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
    CHECK(d.next() == fmt::format("wait {}", wait));
  }
}

TEST_CASE("A server in trouble is asked the same again, and for pages if that does not help") {
  Dialogue d;
  d.sync();
  d.reflector.end();
  CHECK(d.next() == Dialogue::target(kStream, "10"));
  d.answer(500, R"({"message":"etcdserver: leader changed","code":500})");
  CHECK(d.lines.lines.back() ==
        "[ERROR] services: Failed to watch: HTTP 500: etcdserver: leader changed");
  CHECK(d.next() == "wait 800");
  CHECK(d.next() == Dialogue::target(kStream, "10"));
  d.answer(503, "");
  CHECK(d.next() == "wait 1600");
  CHECK(d.next() == "/api/v1/services?resourceVersion=10");
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
  CHECK(
      d.lines.lines.back() ==
      "[WARNING] services: Failed to watch: HTTP 429: Too many requests, please try again later.");
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
            "[ERROR] services: Failed to watch: HTTP 403: may not watch; the "
            "rights needed are list and watch on services",
            "[ERROR] services: Failed to watch: failed to list: HTTP 403: may not list; the "
            "rights needed are list and watch on services"});
}

TEST_CASE("What passes by itself is a warning, what somebody must mend an error") {
  struct Case {
    http::FailureKind kind;
    const char* said;
  };
  const Case c = GENERATE(values<Case>({
      {http::FailureKind::unreachable, "[WARNING] services: connection reset"},
      {http::FailureKind::broken, "[WARNING] services: connection reset"},
      {http::FailureKind::timeout, "[WARNING] services: connection reset"},
      {http::FailureKind::tls, "[ERROR] services: Failed to watch: connection reset"},
      {http::FailureKind::malformed, "[ERROR] services: Failed to watch: connection reset"},
  }));
  Dialogue d;
  d.sync();
  d.broken(c.kind);
  CHECK(d.lines.lines == std::vector<std::string>{c.said});
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
        std::vector<std::string>{
            "[ERROR] services: Failed to watch: failed to list: HTTP 404: the API server does not "
            "serve /api/v1/services; is it installed?"});
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
  CHECK(d.lines.lines.back() ==
        "[ERROR] services: Failed to watch: failed to list: HTTP 200: <html>");
  CHECK(d.next() == "wait 800");
}

TEST_CASE("What the API server says is one line of a bounded length") {
  Dialogue d;
  d.next();
  d.answer(401, R"({"message":"a\n[ERROR] b\u001b[31m)" + std::string(60'000, 'x') + R"("})");
  REQUIRE(d.lines.lines.size() == 1);
  CHECK(d.lines.lines[0].starts_with(
      R"([ERROR] services: Failed to watch: HTTP 401: a\n[ERROR] b\x1b[31mxxx)"));
  CHECK(d.lines.lines[0].size() < 600);
}

TEST_CASE("A missing right is named with its group") {
  catena::test::LogLines lines{LogLevel::info};
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

TEST_CASE("A real server's refusals are said in its own words") {
  struct Case {
    const char* name;
    const char* said;
  };
  const Case cases[] = {
      {.name = "401-bad-token.http", .said = "services: Failed to watch: HTTP 401: Unauthorized"},
      {.name = "429-watch.http", .said = "services: Failed to watch: HTTP 429: Too many requests"},
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
