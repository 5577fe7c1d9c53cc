// SPDX-License-Identifier: Apache-2.0
#include "plugins/bind/addresses.hpp"
#include "test/support/plugin_setup.hpp"

#include <catch2/catch.hpp>

namespace catena::bind {

void setup(Setup& setup);

namespace {

using Texts = std::vector<std::string>;

TEST_CASE("an interface stands for all its addresses", "[bind]") {
  const std::vector<InterfaceAddress> host{
      {"lo", "127.0.0.1"}, {"lo", "::1"}, {"eth0", "fe80::1%eth0"}};
  CHECK(expand("lo", host) == Texts{"127.0.0.1", "::1"});
  CHECK(expand("eth0", host) == Texts{"fe80::1%eth0"});
  CHECK(expand("192.0.2.1", host) == Texts{"192.0.2.1"});
  CHECK_FALSE(expand("eth1", host));
}

struct Case {
  const char* name;
  const char* block;
  Texts addresses;
  Texts errors;
};

const Case kCases[] = {
    {.name = "an address", .block = "bind 127.0.0.1", .addresses = {"127.0.0.1"}},
    {.name = "lines add up in order",
     .block = "bind 127.0.0.2\nbind ::1 127.0.0.1",
     .addresses = {"127.0.0.2", "::1", "127.0.0.1"}},
    {.name = "except takes away from its own line only",
     .block = "bind 127.0.0.1 127.0.0.2 {\nexcept 127.0.0.2\n}\nbind 127.0.0.2",
     .addresses = {"127.0.0.1", "127.0.0.2"}},
    {.name = "nothing is an error",
     .block = "bind",
     .errors = {"Corefile:2: bind: at least one address or interface name is expected"}},
    {.name = "so is an except with nothing",
     .block = "bind 127.0.0.1 {\nexcept\n}",
     .addresses = {"127.0.0.1"},
     .errors = {"Corefile:3: bind: at least one address or interface must be given to except "
                "subdirective"}},
    {.name = "a word that is neither address nor interface",
     .block = "bind nosuchif0",
     .errors = {"Corefile:2: bind: not a valid IP address or interface name: \"nosuchif0\""}},
    {.name = "another option",
     .block = "bind 127.0.0.1 {\nonly 127.0.0.2\n}",
     .addresses = {"127.0.0.1"},
     .errors = {"Corefile:3: bind: invalid option \"only\"; expected 'except'"}},
};

TEST_CASE("bind reads its lines", "[bind]") {
  for (const Case& c : kCases) {
    DYNAMIC_SECTION(c.name) {
      test::PluginSetup read("bind", setup, c.block);
      CHECK(read.errors() == c.errors);
      REQUIRE(read.listener().find<Binding>() != nullptr);
      CHECK(read.listener().find<Binding>()->addresses == c.addresses);
    }
  }
}

}  // namespace
}  // namespace catena::bind
