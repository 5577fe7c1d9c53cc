// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/query_slot.hpp"

#include "test/support/incoming_query.hpp"

#include <catch2/catch.hpp>

#include <string_view>

namespace catena {
namespace {

TEST_CASE("a slot finds what was left last in this query", "[query_slot]") {
  test::IncomingQuery incoming("www.example.org. A");
  Query& query = incoming.query;
  const QuerySlot<int> number;
  CHECK(number.find(query) == nullptr);
  number.leave(query, 1);
  number.leave(query, 2);
  REQUIRE(number.find(query) != nullptr);
  CHECK(*number.find(query) == 2);
  CHECK(number.find(test::IncomingQuery("www.example.org. A").query) == nullptr);
}

TEST_CASE("slots do not meet, whatever their types", "[query_slot]") {
  test::IncomingQuery incoming("www.example.org. A");
  const QuerySlot<int> first;
  const QuerySlot<int> second;
  const QuerySlot<std::string_view> text;
  first.leave(incoming.query, 1);
  text.leave(incoming.query, "one");
  CHECK(second.find(incoming.query) == nullptr);
  CHECK(*first.find(incoming.query) == 1);
  CHECK(*text.find(incoming.query) == "one");
}

TEST_CASE("what was left since can be taken back", "[query_slot]") {
  test::IncomingQuery incoming("www.example.org. A");
  const QuerySlot<int> slot;
  slot.leave(incoming.query, 1);
  const LeftInSlot* const before = incoming.query.left_in_slots();
  slot.leave(incoming.query, 2);
  incoming.query.set_left_in_slots(before);
  CHECK(*slot.find(incoming.query) == 1);
}

TEST_CASE("a question that another one leads to has slots of its own", "[query_slot]") {
  test::IncomingQuery parent("www.example.org. A");
  test::IncomingQuery child("other.example.org. A");
  const QuerySlot<int> slot;
  slot.leave(parent.query, 1);
  child.query.begin_like(parent.query, child.query.question());
  CHECK(slot.find(child.query) == nullptr);
}

TEST_CASE("a full arena loses nothing but the value", "[query_slot]") {
  test::IncomingQuery incoming("www.example.org. A");
  Query& query = incoming.query;
  struct Large {
    char bytes[Arena::kLimit];
  };
  const QuerySlot<Large> slot;
  static const Large large{};
  slot.leave(query, large);
  CHECK(slot.find(query) == nullptr);
  CHECK_FALSE(query.arena().exhausted());
}

}  // namespace
}  // namespace catena
