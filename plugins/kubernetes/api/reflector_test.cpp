// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/api/reflector_testing.hpp"

#include <algorithm>

namespace catena::kubernetes::api {

namespace {

using std::chrono::seconds;
using testing::Dialogue;
using testing::kStream;
using testing::kTooLarge;
using testing::kWatch;
using testing::Objects;
using testing::recorded;

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

TEST_CASE("An unknown kind of event is passed over") {
  Dialogue d;
  d.sync();
  CHECK(d.reflector.body(Dialogue::event("RENAMED", "b", "30")));
  CHECK(d.reflector.body(Dialogue::event("ADDED", "c", "31")));
  CHECK(d.objects.text() == "n/a@5 n/c@31 ");
}

TEST_CASE("Selectors are sent") {
  catena::test::LogLines lines{LogLevel::info};
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

}  // namespace catena::kubernetes::api
