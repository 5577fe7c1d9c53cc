// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/api/continuity.hpp"

#include "plugins/kubernetes/api/encoded.hpp"
#include "plugins/kubernetes/api/json_cutter.hpp"
#include "plugins/kubernetes/api/protobuf_cutter.hpp"
#include "plugins/kubernetes/api/testing.hpp"

#include <algorithm>

namespace catena::kubernetes::api {
namespace {

using Standing = Continuity::Standing;

std::string item(std::string_view name, std::string_view version, std::string_view more = {}) {
  return fmt::format(R"({{"metadata":{{"name":"{}","resourceVersion":"{}"{}}}}})", name, version,
                     more);
}

void see(Continuity& continuity, std::string_view name, std::string_view version) {
  continuity.seen("n", name, version, Encoding::json, item(name, version));
}

std::string names(const Continuity& continuity) {
  std::string text;
  for (std::size_t i = 0; i < continuity.size(); ++i) {
    const Continuity::Fact& fact = continuity.fact(i);
    text += fmt::format("{}{}@{} ", fact.digest ? "" : "-", fact.name, fact.version);
  }
  return text;
}

TEST_CASE("the newest changes are the facts, in whatever order they came", "[kubernetes]") {
  Continuity continuity;
  for (const char* version : {"7", "100", "9", "30"}) see(continuity, version, version);
  CHECK(names(continuity) == "100@100 30@30 9@9 7@7 ");
  see(continuity, "9", "101");
  continuity.gone("n", "30", "102");
  CHECK(names(continuity) == "-30@102 9@101 100@100 7@7 ");
  for (int i = 200; i < 300; ++i) see(continuity, fmt::format("m{}", i), fmt::format("{}", i));
  CHECK(continuity.size() == 8);
  CHECK(names(continuity).starts_with("m299@299 "));
  see(continuity, "late", "5");
  CHECK(names(continuity).find("late") == std::string::npos);
}

TEST_CASE("there is no proof where versions are no numbers", "[kubernetes]") {
  Continuity continuity;
  see(continuity, "a", "7");
  see(continuity, "b", "x9");
  CHECK(continuity.size() == 0);
  continuity.begin_state();
  see(continuity, "a", "7");
  CHECK(continuity.size() == 1);
  continuity.end_state("abc");
  CHECK(continuity.size() == 0);
}

TEST_CASE("a fact behind the state proves all of it", "[kubernetes]") {
  Continuity continuity;
  continuity.begin_state();
  see(continuity, "a", "7");
  continuity.end_state("10");
  CHECK_FALSE(continuity.behind_state(continuity.fact(0)));
  see(continuity, "b", "11");
  CHECK(continuity.behind_state(continuity.fact(0)));
}

TEST_CASE("what an answer says of a fact", "[kubernetes]") {
  struct Row {
    const char* name;
    std::string object;
    Standing there;  ///< Where the object is known,
    Standing gone;   ///< and where it is known to be gone.
  };
  const Row row = GENERATE(values<Row>({
      {"nothing", "", Standing::other, Standing::holds},
      {"the same", item("a", "7"), Standing::holds, Standing::other},
      {"the same, with its kind in front",
       R"({"kind":"Service","apiVersion":"v1",)" + item("a", "7").substr(1), Standing::holds,
       Standing::other},
      {"an older one", item("a", "6"), Standing::other, Standing::other},
      {"the version, but of another object", item("a", "7", R"(,"uid":"2")"), Standing::other,
       Standing::other},
      {"one of the time that was told of", item("a", "20"), Standing::other, Standing::other},
      {"a newer one", item("a", "21"), Standing::newer, Standing::newer},
      {"garbage", "{", Standing::other, Standing::other},
  }));
  DYNAMIC_SECTION(row.name) {
    Continuity continuity;
    see(continuity, "a", "7");
    continuity.gone("n", "b", "9");
    CHECK(Continuity::standing(continuity.fact(1), "20", Encoding::json, row.object) == row.there);
    CHECK(Continuity::standing(continuity.fact(0), "20", Encoding::json, row.object) == row.gone);
  }
}

std::vector<std::string> elements(Encoding encoding, BodyShape shape, std::string_view body) {
  std::vector<std::string> found;
  const auto take = [&found](PieceKind kind, std::string_view bytes) {
    if (kind == PieceKind::element) found.emplace_back(bytes);
    return true;
  };
  if (encoding == Encoding::json) {
    REQUIRE(JsonCutter(shape, take).feed(body).has_value());
  } else {
    REQUIRE(ProtobufCutter(shape, take).feed(body).has_value());
  }
  return found;
}

std::string body_of(const std::string& file) {
  const std::string bytes = testing::recorded_bytes(file);
  return file.ends_with(".http") ? bytes.substr(bytes.find("\n\n{") + 2) : bytes;
}

// They were recorded one after the other: what did not change in between is the same.
TEST_CASE("lists and watches of a real server have the same bytes of an object", "[kubernetes]") {
  struct Row {
    Encoding encoding;
    const char* list;
    const char* watch;
    std::size_t same;
  };
  const Row row = GENERATE(values<Row>({
      {Encoding::json, "list-services.http", "watch-list-services.http", 5},
      {Encoding::protobuf, "list-endpointslices-protobuf.pb", "watch-list-protobuf.pb", 1},
  }));
  const auto listed = elements(row.encoding, BodyShape::list, body_of(row.list));
  std::size_t same = 0;
  for (const std::string& frame : elements(row.encoding, BodyShape::stream, body_of(row.watch))) {
    const auto event = split_event(row.encoding, frame);
    REQUIRE(event.has_value());
    Continuity continuity;
    continuity.seen("", "x", "1", row.encoding, event->object);
    same += std::count_if(listed.begin(), listed.end(), [&](const std::string& object) {
      return Continuity::standing(continuity.fact(0), "1", row.encoding, object) == Standing::holds;
    });
  }
  CHECK(same >= row.same);
}

}  // namespace
}  // namespace catena::kubernetes::api
