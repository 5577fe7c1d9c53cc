// SPDX-License-Identifier: Apache-2.0
#include "core/config/nearest.hpp"

#include <catch2/catch.hpp>

namespace catena::config {
namespace {

const std::vector<std::string> kNames = {"cache",  "cancel", "acl",  "forward", "kubernetes",
                                         "errors", "hosts",  "loop", "log",     "on"};

struct Case {
  const char* name = "";
  std::string word;
  std::vector<std::string> near = {};
};

const Case kCases[] = {
    {.name = "a letter missing", .word = "kuberntes", .near = {"kubernetes"}},
    {.name = "a letter too many", .word = "forwward", .near = {"forward"}},
    {.name = "two letters swapped count once", .word = "fowrard", .near = {"forward"}},
    {.name = "letter case counts nothing", .word = "CACHE", .near = {"cache"}},
    {.name = "the nearest comes first", .word = "logp", .near = {"log", "loop"}},
    {.name = "short words want more likeness", .word = "xyz"},
    {.name = "nothing near", .word = "unbelievable"},
    {.name = "an empty word", .word = ""},
    {.name = "a very long word", .word = std::string(5000, 'a')},
};

TEST_CASE("the nearest names are found", "[config][nearest]") {
  for (const Case& c : kCases) {
    DYNAMIC_SECTION(c.name) { CHECK(nearest(c.word, kNames) == c.near); }
  }
}

TEST_CASE("at most three are named, each once", "[config][nearest]") {
  CHECK(nearest("aaaa", {"aaab", "aaac", "aaad", "aaae", "aaab"}) ==
        std::vector<std::string>{"aaab", "aaac", "aaad"});
}

TEST_CASE("suggestions read as a question", "[config][nearest]") {
  CHECK(did_you_mean("cahce", kNames) == " (did you mean 'cache'?)");
  CHECK(did_you_mean("logp", kNames) == " (did you mean 'log' or 'loop'?)");
  CHECK(did_you_mean("aaaa", {"aaab", "aaac", "aaad"}) ==
        " (did you mean 'aaab', 'aaac' or 'aaad'?)");
  CHECK(did_you_mean("zzz", kNames).empty());
}

}  // namespace
}  // namespace catena::config
