// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/listener_kinds.hpp"

#include <catch2/catch.hpp>

namespace catena {
namespace {

using std::chrono::seconds;

/// What a plugin of its own says; nothing but this file knows it.
struct Colour {
  std::string name = "grey";

  static Colour of_listener(Said<Colour> blocks, std::optional<Disagreement>& disagreement) {
    for (std::size_t i = 1; i < blocks.size(); ++i) {
      if ((blocks[i] == nullptr) != (blocks[0] == nullptr))
        disagreement = {0, i, "only one of them"};
    }
    return blocks[0] != nullptr ? *blocks[0] : Colour();
  }
};

TEST_CASE("settings of listeners are kept by their types", "[listener]") {
  ListenerSettings block;
  CHECK(block.find<Colour>() == nullptr);
  CHECK(block.value<Colour>().name == "grey");
  block.set<Colour>().name = "blue";
  block.set<Binding>();
  CHECK(block.set<Colour>().name == "blue");
  REQUIRE(block.find<Colour>() != nullptr);
  CHECK(block.value<Colour>().name == "blue");
  CHECK(block.find<Binding>()->addresses.empty());
  CHECK(block.find<Debugging>() == nullptr);
}

TEST_CASE("each type has its own rule for blocks that share a listener", "[listener]") {
  ListenerSettings first, second, third;
  first.set<ConnectionTimes>() = {seconds(1), seconds(2), {}, {}};
  second.set<Debugging>().on = true;
  third.set<ConnectionTimes>() = {seconds(3), {}, {}, 4};
  const ListenerSettings* blocks[] = {&first, &second, &third};
  const auto times = of_listener<ConnectionTimes>(blocks);
  CHECK(times.read == seconds(3));
  CHECK(times.idle == seconds(2));
  CHECK_FALSE(times.write);
  CHECK(times.max_queries == 4);
  CHECK(of_listener<Debugging>(blocks).on);
  CHECK_FALSE(of_listener<Debugging>(std::span(blocks).first(1)).on);
}

TEST_CASE("blocks may be unable to share a listener", "[listener]") {
  ListenerSettings first, second;
  first.set<Colour>().name = "blue";
  const ListenerSettings* blocks[] = {&first, &second};
  std::optional<Disagreement> disagreement;
  CHECK(of_listener<Colour>(std::span(blocks).first(1), disagreement).name == "blue");
  CHECK_FALSE(disagreement);
  of_listener<Colour>(blocks, disagreement);
  REQUIRE(disagreement);
  CHECK(disagreement->other == 1);
  CHECK(disagreement->why == "only one of them");
}

}  // namespace
}  // namespace catena
