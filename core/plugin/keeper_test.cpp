// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/keeper.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace catena {
namespace {

struct Place {
  std::string host;
  int port = 0;
  bool operator==(const Place&) const = default;
};

const auto kMake = [] { return std::make_shared<int>(1); };

TEST_CASE("the same identity finds what somebody holds", "[keeper]") {
  Keeper keeper;
  const auto first = keeper.keep<int>(Place{"a", 1}, kMake);
  CHECK(keeper.keep<int>(Place{"a", 1}, kMake) == first);
  CHECK(keeper.keep<int>(Place{"a", 2}, kMake) != first);
}

TEST_CASE("types and kinds of identities do not meet", "[keeper]") {
  Keeper keeper;
  const auto number = keeper.keep<int>(OneOfAKind{}, kMake);
  const auto text =
      keeper.keep<std::string>(OneOfAKind{}, [] { return std::make_shared<std::string>("one"); });
  CHECK(*text == "one");
  CHECK(keeper.keep<int>(std::string("one"), kMake) != number);
}

TEST_CASE("what nobody holds is made anew, and its identity forgotten", "[keeper]") {
  Keeper keeper;
  auto held = keeper.keep<int>(std::string("held"), kMake);
  for (int i = 0; i < 100; ++i) {
    const auto passing = keeper.keep<int>("Corefile " + std::to_string(i), kMake);
    CHECK(keeper.size() == 2);
  }
  *held = 2;
  CHECK(*keeper.keep<int>(std::string("held"), kMake) == 2);
  held.reset();
  CHECK(*keeper.keep<int>(std::string("held"), kMake) == 1);
  keeper.forget_unheld();
  CHECK(keeper.size() == 0);
}

TEST_CASE("what could not be made is not kept", "[keeper]") {
  Keeper keeper;
  CHECK(keeper.keep<int>(OneOfAKind{}, [] { return std::shared_ptr<int>(); }) == nullptr);
  CHECK(keeper.keep<int>(OneOfAKind{}, kMake) != nullptr);
}

}  // namespace
}  // namespace catena
