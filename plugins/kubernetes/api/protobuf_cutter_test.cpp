// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/api/protobuf_cutter.hpp"

#include "plugins/kubernetes/api/testing.hpp"

namespace catena::kubernetes::api {

namespace {

using testing::envelope;
using testing::frame;
using testing::Message;

/// Elements as they are, the list's metadata with an M in front, then how it ended.
std::string cut(BodyShape shape, std::string_view body, std::size_t chunk, std::size_t limit) {
  std::string pieces;
  const auto take = [&](PieceKind kind, std::string_view piece) {
    pieces += (kind == PieceKind::list_metadata ? "M" : "") + std::string(piece) + " ";
    return true;
  };
  ProtobufCutter cutter(shape, take, limit);
  for (; !body.empty(); body.remove_prefix(std::min(chunk, body.size()))) {
    if (const auto fed = cutter.feed(body.substr(0, chunk)); !fed) return pieces + fed.error().text;
  }
  const auto end = cutter.finish();
  if (cutter.skipped() > 0) pieces += std::to_string(cutter.skipped()) + " skipped ";
  return pieces + (end ? "." : end.error().text);
}

const std::string kLong(300, 'x');

Message list() { return Message().bytes(1, "meta").bytes(2, "one").bytes(2, "two"); }

}  // namespace

TEST_CASE("Protobuf is cut into the same pieces in chunks of any size") {
  struct Case {
    const char* name;
    BodyShape shape = BodyShape::list;
    std::string body;
    std::string pieces;
    std::size_t limit = 1000;
  };
  const std::string magic("k8s\0", 4);
  const Case cases[] = {
      {.name = "a list", .body = envelope(list()), .pieces = "Mmeta one two ."},
      {.name = "metadata behind the items",
       .body = envelope(Message().bytes(2, "one").bytes(1, "meta")),
       .pieces = "one Mmeta ."},
      {.name = "fields that are not known, in the list and around it",
       .body = magic + Message()
                           .number(9, ~0ULL)
                           .message(2, Message().number(7, 300).bytes(5, kLong).bytes(2, "one"))
                           .bytes(5, "")
                           .text(),
       .pieces = "one ."},
      {.name = "fields of fixed size",
       .body = magic + Message()
                           .raw("\x51"
                                "12345678")
                           .message(2, Message().raw("\x55"
                                                     "1234"))
                           .text(),
       .pieces = "."},
      {.name = "long and empty items",
       .body = envelope(Message().bytes(2, kLong).bytes(2, "")),
       .pieces = kLong + "  ."},
      {.name = "no items", .body = envelope(Message()), .pieces = "."},
      {.name = "too large an item is skipped",
       .body = envelope(Message().bytes(2, "123456789").bytes(2, "one")),
       .pieces = "one 1 skipped .",
       .limit = 8},
      {.name = "nothing", .body = "", .pieces = "the body is empty"},
      {.name = "JSON", .body = "{}", .pieces = "the body is not protobuf of Kubernetes"},
      {.name = "a list cut short",
       .body = envelope(list()).substr(0, 31),
       .pieces = "Mmeta one the body was cut short"},
      {.name = "an envelope without a list",
       .body = magic + Message().bytes(1, "x").text(),
       .pieces = "the body was cut short"},
      {.name = "two lists",
       .body = magic + Message().message(2, list()).message(2, list()).text(),
       .pieces = "Mmeta one two something follows the list"},
      {.name = "an item that is longer than the list",
       .body = magic + Message().bytes(2, "\x12\x7f").bytes(3, kLong).text(),
       .pieces = "a field that is longer than its message"},
      {.name = "a size that lies behind the list",
       .body = magic + Message().bytes(2, "\x12").bytes(3, kLong).text(),
       .pieces = "a field that is longer than its message"},
      {.name = "a size beyond all bounds",
       .body = magic + Message().raw("\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01").text(),
       .pieces = "a field that is longer than its message"},
      {.name = "a number without an end",
       .body = magic + std::string(11, '\xff'),
       .pieces = "a number that is too long"},
      {.name = "a group", .body = magic + "\x0b", .pieces = "a field of an unknown type"},
      {.name = "field 0",
       .body = magic + std::string(1, '\x02'),
       .pieces = "a field without a number"},
      {.name = "frames",
       .shape = BodyShape::stream,
       .body = frame("one") + frame("") + frame(kLong),
       .pieces = "one  " + kLong + " ."},
      {.name = "no frame at all", .shape = BodyShape::stream, .body = "", .pieces = "."},
      {.name = "too large a frame is skipped",
       .shape = BodyShape::stream,
       .body = frame(kLong) + frame("one"),
       .pieces = "one 1 skipped .",
       .limit = 299},
      {.name = "a frame cut short",
       .shape = BodyShape::stream,
       .body = frame("one") + frame("two").substr(0, 6),
       .pieces = "one the body was cut short"},
      {.name = "a length cut short",
       .shape = BodyShape::stream,
       .body = frame("one") + std::string(3, '\0'),
       .pieces = "one the body was cut short"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      for (const std::size_t chunk : {1UL, 2UL, 5UL, 1000UL}) {
        CHECK(cut(c.shape, c.body, chunk, c.limit) == c.pieces);
      }
    }
  }
}

TEST_CASE("A taker that wants no more ends the cutting of protobuf") {
  int taken = 0;
  ProtobufCutter cutter(BodyShape::stream,
                        [&](PieceKind, std::string_view) { return ++taken < 2; });
  CHECK(!cutter.feed(frame("a") + frame("b") + frame("c")).has_value());
  CHECK(taken == 2);
  CHECK(!cutter.feed(frame("d")).has_value());
  CHECK(taken == 2);
}

}  // namespace catena::kubernetes::api
