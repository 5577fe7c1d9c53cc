// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/api/json_cutter.hpp"

#include "plugins/kubernetes/api/watch_event.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace catena::kubernetes::api {

namespace {

/// Elements as they are, the list's metadata with an M in front, then how it ended.
std::string cut(BodyShape shape, std::string_view body, std::size_t chunk, std::size_t limit) {
  std::string pieces;
  const auto take = [&](PieceKind kind, std::string_view piece) {
    pieces += (kind == PieceKind::list_metadata ? "M" : "") + std::string(piece) + " ";
    return true;
  };
  JsonCutter cutter(shape, take, limit);
  for (; !body.empty(); body.remove_prefix(std::min(chunk, body.size()))) {
    if (const auto fed = cutter.feed(body.substr(0, chunk)); !fed) return pieces + fed.error().text;
  }
  const auto end = cutter.finish();
  if (cutter.skipped() > 0) pieces += std::to_string(cutter.skipped()) + " skipped ";
  return pieces + (end ? "." : end.error().text);
}

}  // namespace

TEST_CASE("A body is cut into the same pieces in chunks of any size") {
  struct Case {
    const char* name;
    BodyShape shape = BodyShape::list;
    const char* body;
    const char* pieces;
    std::size_t limit = 100;
  };
  const Case cases[] = {
      {.name = "a list",
       .body = R"({"kind":"L","metadata":{"resourceVersion":"1"},"items":[{"a":1},{"b":[2]}]})",
       .pieces = R"(M{"resourceVersion":"1"} {"a":1} {"b":[2]} .)"},
      {.name = "metadata behind the items",
       .body = R"({"items":[{"a":1}],"metadata":{"x":"y"}})",
       .pieces = R"({"a":1} M{"x":"y"} .)"},
      {.name = "line breaks mean nothing",
       .body = "{\n\"items\" :\r\n [ {\"a\":\n1}\n,\t{} ]\n}\n",
       .pieces = "{\"a\":\n1} {} ."},
      {.name = "brackets and quotes within strings",
       .body = R"({"x":"]}\"{","items":[{"a":"}]\\"},{"b":"\\\"}"}]})",
       .pieces = R"({"a":"}]\\"} {"b":"\\\"}"} .)"},
      {.name = "items within an item are its own business",
       .body = R"({"items":[{"items":[{"a":1}],"metadata":{}}]})",
       .pieces = R"({"items":[{"a":1}],"metadata":{}} .)"},
      {.name = "a value that spells items is no key",
       .body = R"({"kind":"items","other":[{"a":1}],"items":[]})",
       .pieces = "."},
      {.name = "no items", .body = R"({"items":null,"metadata":{}})", .pieces = "M{} ."},
      {.name = "too large an item is skipped",
       .body = R"({"items":[{"a":"0123456789"},{"b":1}]})",
       .pieces = R"({"b":1} 1 skipped .)",
       .limit = 10},
      {.name = "a list cut short",
       .body = R"({"items":[{"a":1},)",
       .pieces = R"({"a":1} the body was cut short)"},
      {.name = "nothing", .body = "", .pieces = "the body is empty"},
      {.name = "a page of HTML", .body = "<html>", .pieces = "the body is not JSON"},
      {.name = "an array", .body = "[]", .pieces = "the body is not a JSON object"},
      {.name = "two lists", .body = "{}{}", .pieces = "something follows the list"},
      {.name = "an item that is no object",
       .body = R"({"items":[1]})",
       .pieces = "an item that is no object"},
      {.name = "crossed brackets",
       .body = R"({"items":[}])",
       .pieces = "brackets that do not match"},
      {.name = "closed too often", .body = "}", .pieces = "the body is not JSON"},
      {.name = "events on one line",
       .shape = BodyShape::stream,
       .body = R"({"type":"A","object":{}}{"type":"B"})",
       .pieces = R"({"type":"A","object":{}} {"type":"B"} .)"},
      {.name = "events on many lines",
       .shape = BodyShape::stream,
       .body = "\n{\n}\n\n{}\n",
       .pieces = "{\n} {} ."},
      {.name = "no event at all", .shape = BodyShape::stream, .body = "", .pieces = "."},
      {.name = "an event cut short",
       .shape = BodyShape::stream,
       .body = R"({}{"type":)",
       .pieces = "{} the body was cut short"},
      {.name = "garbage between events",
       .shape = BodyShape::stream,
       .body = "{},{}",
       .pieces = "{} the body is not JSON"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      for (const std::size_t chunk : {1UL, 2UL, 5UL, 1000UL}) {
        CHECK(cut(c.shape, c.body, chunk, c.limit) == c.pieces);
      }
    }
  }
}

TEST_CASE("A taker that wants no more ends the cutting") {
  int taken = 0;
  JsonCutter cutter(BodyShape::stream, [&](PieceKind, std::string_view) { return ++taken < 2; });
  CHECK(!cutter.feed("{}{}{}").has_value());
  CHECK(taken == 2);
  CHECK(!cutter.feed("{}").has_value());
  CHECK(taken == 2);
}

TEST_CASE("A watch event is split") {
  const auto split = [](const char* json) {
    const auto event = split_event(json);
    if (!event) return event.error().text;
    return std::string(event->type) + " " + std::string(event->object);
  };
  CHECK(split(R"({"type":"ADDED","object":{"a":"}\""}})") == R"(ADDED {"a":"}\""})");
  CHECK(split(R"( { "object" : {"type":"x","object":{}} , "type" : "DELETED" } )") ==
        R"(DELETED {"type":"x","object":{}})");
  CHECK(split(R"({"type":"ADDED"})") == "an event without a type or an object");
  CHECK(split(R"({"type":"object","x":{}})") == "an event without a type or an object");
  CHECK(split(R"({"type":"ADD)") == "an event that is cut short");
  CHECK(split("") == "an event without a type or an object");
}

}  // namespace catena::kubernetes::api
