// SPDX-License-Identifier: Apache-2.0
#include "core/config/environment.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <map>
#include <string>

namespace catena::config {
namespace {

struct Case {
  const char* name = "";
  std::string word;
  std::optional<std::string> text = std::nullopt;
};

const std::map<std::string, std::string> kVariables = {
    {"PORT", "1053"},       {"PORT$", "dollar"},  {"HOST", "example.org"}, {"SPACED", "a b"},
    {"OUTER", "<{$PORT}>"}, {"SELF", "{$SELF}"},  {"GROW", "x{$GROW}"},    {"PING", "{%PONG%}"},
    {"PONG", "{%PING%}"},   {"LATE", "{%PORT%}"},
};

const Case kCases[] = {
    {.name = "a word without a reference stays", .word = "plain", .text = "plain"},
    {.name = "the Unix form", .word = "{$PORT}", .text = "1053"},
    {.name = "the Windows form", .word = "{%PORT%}", .text = "1053"},
    {.name = "several in one word",
     .word = "{$HOST}:{$PORT}/{%PORT%}",
     .text = "example.org:1053/1053"},
    {.name = "an unset variable is empty", .word = "a{$NONE}b{%NONE%}c", .text = "abc"},
    {.name = "a value with spaces stays in the word", .word = "{$SPACED}", .text = "a b"},
    {.name = "a value that holds a reference is replaced in turn",
     .word = "{$OUTER}",
     .text = "<1053>"},
    {.name = "a dollar sign may end a name", .word = "{$PORT$}", .text = "dollar"},
    {.name = "the Windows form in a late value is left, as that turn is over",
     .word = "{$LATE}",
     .text = "{%PORT%}"},
    {.name = "an empty name leaves the rest", .word = "{$}{$PORT}", .text = "{$}{$PORT}"},
    {.name = "an empty Windows name leaves the rest of that form",
     .word = "{%%}{$PORT}",
     .text = "{%%}1053"},
    {.name = "a missing end leaves the rest", .word = "{$PORT {%PORT", .text = "{$PORT {%PORT"},
    {.name = "what comes before a broken reference is replaced",
     .word = "{$PORT}{$",
     .text = "1053{$"},
    {.name = "other braces stay",
     .word = "{remote} {/kubernetes/x} {1}",
     .text = "{remote} {/kubernetes/x} {1}"},
    {.name = "a variable that is itself has no value", .word = "{$SELF}"},
    {.name = "two variables that are each other have no value", .word = "{%PING%}"},
    {.name = "a variable that grows has no value", .word = "{$GROW}"},
};

TEST_CASE("environment variables are put into a word", "[config][environment]") {
  const Variables environment = [](const std::string& name) -> std::optional<std::string> {
    const auto variable = kVariables.find(name);
    if (variable == kVariables.end()) return std::nullopt;
    return variable->second;
  };
  for (const Case& c : kCases) {
    DYNAMIC_SECTION(c.name) { CHECK(substitute(c.word, environment) == c.text); }
  }
}

TEST_CASE("a word cannot outgrow its limit", "[config][environment]") {
  const Variables environment = [](const std::string&) { return std::string(1024, 'x'); };
  std::string word;
  for (int i = 0; i < 100; ++i) word += "{$A}";
  CHECK_FALSE(substitute(word, environment));
}

TEST_CASE("the variables of the process are found", "[config][environment]") {
  ::setenv("CATENA_CONFIG_TEST", "value", 1);
  const Variables environment = process_environment();
  CHECK(environment("CATENA_CONFIG_TEST") == "value");
  ::unsetenv("CATENA_CONFIG_TEST");
  CHECK_FALSE(environment("CATENA_CONFIG_TEST"));
}

}  // namespace
}  // namespace catena::config
