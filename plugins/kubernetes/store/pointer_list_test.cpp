// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/store/pointer_list.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace catena::kubernetes {
namespace {

std::string show(const PointerList<char>& list) {
  std::string text;
  for (const char* pointer : list) text += *pointer;
  return text;
}

TEST_CASE("a list of pointers is as a vector", "[kubernetes]") {
  const std::string letters = "abcde";
  PointerList<char> list;
  CHECK(list.empty());
  list.push_back(&letters[1]);
  CHECK(show(list) == "b");
  list.insert(list.begin(), &letters[0]);
  list.push_back(&letters[3]);
  list.push_back(&letters[4]);
  list.insert(list.begin() + 2, &letters[2]);
  CHECK(show(list) == "abcde");
  CHECK(list.size() == 5);
  CHECK(list.front() == &letters[0]);
  CHECK(list[4] == &letters[4]);
  list.erase(&letters[1]);
  list.erase(&letters[1]);
  CHECK(show(list) == "acde");

  PointerList<char> copy = list;
  copy.erase(&letters[0]);
  CHECK(show(copy) == "cde");
  CHECK(show(list) == "acde");
  PointerList<char> moved = std::move(copy);
  CHECK(show(moved) == "cde");
  moved = list;
  CHECK(show(moved) == "acde");
}

TEST_CASE("a list of one pointer can be emptied and copied", "[kubernetes]") {
  const char letter = 'x';
  PointerList<char> list;
  list.push_back(&letter);
  const PointerList<char> copy = list;
  list.erase(&letter);
  CHECK(list.empty());
  CHECK(show(copy) == "x");
}

}  // namespace
}  // namespace catena::kubernetes
