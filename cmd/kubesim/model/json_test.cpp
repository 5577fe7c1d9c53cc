// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/model/json.hpp"

#include "cmd/kubesim/test_support.hpp"

namespace catena::kubesim {
namespace {

TEST_CASE("JSON is written as it was read") {
  struct Case {
    const char* name;
    const char* text;
  };
  const auto c = GENERATE(values<Case>({
      {.name = "members keep their order", .text = R"({"b":1,"a":{"z":true,"y":null}})"},
      {.name = "a number keeps its digits", .text = R"([1.50,12345678901234567890,-1e-7])"},
      {.name = "text keeps its escapes", .text = R"(["a\"b\\c\n\u0001"])"},
      {.name = "nothing in it", .text = R"([{},[]])"},
  }));
  DYNAMIC_SECTION(c.name) {
    const auto json = parse_json(c.text);
    REQUIRE(json);
    CHECK(json->write() == c.text);
  }
}

TEST_CASE("text that is no JSON is refused") {
  struct Case {
    const char* name;
    std::string text;
  };
  const auto c = GENERATE(values<Case>({
      {.name = "empty text", .text = ""},
      {.name = "a list that does not end", .text = "[1,2"},
      {.name = "something after the end", .text = "{} {}"},
      {.name = "a zero byte", .text = std::string("{}\0{}", 5)},
      {.name = "bytes that are no UTF-8", .text = "[\"\xff\xfe\"]"},
      {.name = "a leading zero", .text = "[01]"},
      {.name = "deeper than the limit", .text = std::string(100'000, '[')},
      {.name = "objects deeper than the limit",
       .text =
           [] {
             std::string deep;
             for (int i = 0; i < 1000; ++i) deep += "{\"a\":";
             return deep;
           }()},
  }));
  DYNAMIC_SECTION(c.name) { CHECK_FALSE(parse_json(c.text)); }
}

TEST_CASE("the deepest nesting that is allowed is read") {
  const std::string text =
      std::string(kMaximumJsonDepth, '[') + std::string(kMaximumJsonDepth, ']');
  CHECK(parse_json(text));
  CHECK_FALSE(parse_json("[" + text + "]"));
}

TEST_CASE("what is not there is a null value") {
  const Json json = *parse_json(R"({"metadata":{"name":"web","labels":{"a.b/c":"d"}},"n":7})");
  CHECK(json.at("metadata.name").text() == "web");
  CHECK(json.at("metadata.labels")["a.b/c"].text() == "d");
  CHECK(json.at("metadata.absent.deeper").is_null());
  CHECK(json["n"].integer() == 7);
  CHECK(json["n"].text().empty());
  CHECK(json["absent"].integer(-1) == -1);
  CHECK(json["metadata"].items().empty());
}

TEST_CASE("of two members with one name the last one counts") {
  CHECK(parse_json(R"({"a":1,"b":2,"a":3})")->write() == R"({"a":3,"b":2})");
}

TEST_CASE("values are changed in place") {
  Json json = object({{"a", 1}, {"b", array({"x"})}});
  json.set("a", "two").set("c", nullptr);
  json.member("b").push(true);
  json.member("d").member("e").set("f", std::int64_t{-5});
  CHECK(json.write() == R"({"a":"two","b":["x",true],"c":null,"d":{"e":{"f":-5}}})");
  json.erase("b");
  json.erase("never");
  CHECK(json.write() == R"({"a":"two","c":null,"d":{"e":{"f":-5}}})");
}

TEST_CASE("objects differ when the order of their members does") {
  CHECK(*parse_json(R"({"a":1,"b":2})") == *parse_json(R"({"a":1,"b":2})"));
  CHECK_FALSE(*parse_json(R"({"a":1,"b":2})") == *parse_json(R"({"b":2,"a":1})"));
  CHECK_FALSE(Json(1) == Json("1"));
}

}  // namespace
}  // namespace catena::kubesim
