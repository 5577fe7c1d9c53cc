// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/api/reflector_testing.hpp"

namespace catena::kubernetes::api {

namespace {

using testing::Dialogue;

}  // namespace

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
  CHECK(d.reflector.body(
      R"({"type":"ADDED","object":{"metadata":{"name":"a","namespace":"n"},"x":")" + filler +
      "\"}}"));
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
  CHECK(d.reflector.body(
      R"({"type":"ADDED","object":{"metadata":{"name":"a","namespace":"n"},"x":")" + filler +
      "\"}}"));
  CHECK(d.reflector.body(R"({"type":"ADDED","object":{"kind":"ConfigMap","metadata":{"name":"b",
      "namespace":"n","resourceVersion":"12"}}})"));
  CHECK(d.reflector.body(Dialogue::event("ADDED", "c", "13") + Dialogue::bookmark("30", true)));
  CHECK(d.objects.text() == "n/a@5 n/b@11 n/c@13 ");
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

}  // namespace catena::kubernetes::api
