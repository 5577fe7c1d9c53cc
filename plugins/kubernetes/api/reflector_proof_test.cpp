// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/api/reflector_testing.hpp"

namespace catena::kubernetes::api {

namespace {

using std::chrono::seconds;
using testing::Dialogue;
using testing::kStream;
using testing::kTooLarge;
using testing::kWatch;
using testing::Objects;

}  // namespace

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
  catena::test::LogLines lines{LogLevel::info};
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

}  // namespace catena::kubernetes::api
