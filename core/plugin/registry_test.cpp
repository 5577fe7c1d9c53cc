// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/registry.hpp"

#include <catch2/catch.hpp>
#include <fmt/ranges.h>

#include <string>
#include <vector>

namespace catena {
namespace {

void in_the_tree(Setup&) {}
void from_outside(Setup&) {}

const PluginEntry kInside[] = {
    {"log", in_the_tree, "Sees all."},
    {"acl", nullptr, "Refuses."},
    {"cache", in_the_tree, "Remembers."},
    {"forward", in_the_tree, "Asks others."},
};

PluginEntry entry(std::string_view name, Anchor anchor = {}) {
  return {name, from_outside, "Comes from outside.", anchor};
}

/// The names in their order; "!" behind those that come from outside, "?" behind those that are not
/// there. Or what is wrong.
std::string arranged(const std::vector<PluginEntry>& outside) {
  const auto entries = arrange(kInside, outside);
  if (!entries) return entries.error().text;
  std::vector<std::string> names;
  for (const PluginEntry& one : *entries) {
    const char* mark = one.setup == from_outside ? "!" : one.setup == nullptr ? "?" : "";
    names.push_back(std::string(one.name) + mark);
  }
  return fmt::to_string(fmt::join(names, " "));
}

struct Case {
  const char* name;
  std::vector<PluginEntry> outside;
  const char* order;
};

TEST_CASE("plugins from outside stand where they say", "[registry]") {
  const Case cases[] = {
      {"none", {}, "log acl? cache forward"},
      {"before", {entry("x", before("cache"))}, "log acl? x! cache forward"},
      {"after", {entry("x", after("cache"))}, "log acl? cache x! forward"},
      {"before the first", {entry("x", before("log"))}, "x! log acl? cache forward"},
      {"after the last", {entry("x", after("forward"))}, "log acl? cache forward x!"},
      {"beside a plugin that is not in this build",
       {entry("x", after("acl"))},
       "log acl? x! cache forward"},
      {"several keep their order, on either side",
       {entry("x", before("cache")), entry("y", before("cache")), entry("z", after("cache")),
        entry("w", after("cache"))},
       "log acl? x! y! cache z! w! forward"},
      {"beside one another, whoever is given first",
       {entry("x", after("y")), entry("y", before("cache"))},
       "log acl? y! x! cache forward"},
      {"one that CoreDNS has and this build has not", {entry("acl")}, "log acl! cache forward"},
      {"beside such a one", {entry("x", before("acl")), entry("acl")}, "log x! acl! cache forward"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) { CHECK(arranged(c.outside) == c.order); }
  }
}

TEST_CASE("what is wrong with plugins from outside is said", "[registry]") {
  const Case cases[] = {
      {"a name that the tree has",
       {entry("cache", before("log"))},
       "plugin 'cache' from outside: this build has a plugin of that name already"},
      {"one name twice",
       {entry("x", before("log")), entry("x", after("log"))},
       "plugin 'x' from outside: two plugins from outside have that name"},
      {"no place",
       {entry("x")},
       "plugin 'x' from outside: it says no place: expected before(\"PLUGIN\") or "
       "after(\"PLUGIN\")"},
      {"a place where CoreDNS has one",
       {entry("acl", before("log"))},
       "plugin 'acl' from outside: found before(\"log\"), expected neither before nor after: "
       "CoreDNS has a place for it"},
      {"an anchor that nobody knows",
       {entry("x", after("cahce"))},
       "plugin 'x' from outside: found after(\"cahce\"), expected the name of a plugin (did you "
       "mean 'cache'?)"},
      {"itself",
       {entry("x", after("x"))},
       "plugin 'x' from outside: found after(\"x\"), which leads in a circle: expected a plugin "
       "that has a place"},
      {"a circle, and who hangs on it",
       {entry("x", after("y")), entry("y", before("x")), entry("z", before("y"))},
       "plugin 'x' from outside: found after(\"y\"), which leads in a circle: expected a plugin "
       "that has a place\n"
       "plugin 'y' from outside: found before(\"x\"), which leads in a circle: expected a plugin "
       "that has a place\n"
       "plugin 'z' from outside: found before(\"y\"), which leads in a circle: expected a plugin "
       "that has a place"},
      {"no setup",
       {{"x", nullptr, "Nothing.", before("log")}},
       "plugin 'x' from outside: it has no setup function"},
      {"no name", {entry("", before("log"))}, "plugin '' from outside: it has no name"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) { CHECK(arranged(c.outside) == c.order); }
  }
}

}  // namespace
}  // namespace catena
