// SPDX-License-Identifier: Apache-2.0
#include "core/server/assembly.hpp"

#include "core/config/testing.hpp"
#include "core/server/testing.hpp"
#include "core/server/zone_lines.hpp"

#include <catch2/catch.hpp>

namespace catena::server {
namespace {

using test::configuration_of;
using test::Household;

std::vector<std::string> errors_of(const std::string& corefile) {
  Household household;
  config::Diagnostics diagnostics;
  const config::TestSource source{corefile, directive_names(test::registry())};
  const config::Corefile parsed = config::parse_for_test(source, diagnostics);
  assemble({parsed, test::registry(), household.process, 53}, diagnostics);
  return config::lines_of(diagnostics.errors());
}

struct ErrorCase {
  const char* name;
  std::string corefile;
  std::vector<std::string> errors;
};

TEST_CASE("every error of a Corefile is said", "[assembly]") {
  const ErrorCase cases[]{
      {"nothing wrong", ".:53 {\n answer 1\n}\n", {}},
      {"a plugin that this build lacks",
       ".:53 {\n unfinished\n}\n",
       {"Corefile:2: unfinished: known, not in this build"}},
      {"another transport",
       "quic://.:853 {\n answer 1\n}\n",
       {"Corefile:1: 'quic://' is known, not in this build"}},
      {"a setup that throws",
       ".:53 {\n answer throws\n}\n",
       {"Corefile:2: answer: this setup throws"}},
      {"a setup that throws what is no exception",
       ".:53 {\n answer throws-a-number\n}\n",
       {"Corefile:2: answer: its setup threw something that is no exception"}},
      {"the same key twice",
       ".:53 {\n answer 1\n}\n.:53 {\n answer 2\n}\n",
       {"Corefile:4: cannot serve dns://.:53 - it is already defined"}},
      {"two views",
       ".:53 {\n view A\n view B\n answer 1\n}\n",
       {"Corefile:3: view: this plugin can only be used once per Server Block"}},
      {"a plugin that misses another",
       ".:53 {\n needs answer\n classes\n}\n",
       {"Corefile:2: needs: answer plugin not loaded"}},
      {"which is there", ".:53 {\n needs answer\n answer 1\n}\n", {}},
      {"which has an error of its own",
       ".:53 {\n needs answer\n answer throws\n}\n",
       {"Corefile:3: answer: this setup throws"}},
      {"several at once",
       "a:53 {\n unfinished\n}\nb:53 {\n unfinished\n answer throws\n}\n",
       {"Corefile:6: answer: this setup throws", "Corefile:2: unfinished: known, not in this build",
        "Corefile:5: unfinished: known, not in this build"}},
  };
  for (const ErrorCase& c : cases) {
    DYNAMIC_SECTION(c.name) { CHECK(errors_of(c.corefile) == c.errors); }
  }
}

struct ListenerCase {
  const char* name;
  std::string corefile;
  std::vector<std::string> labels;  ///< With the number of blocks.
};

TEST_CASE("listeners are what keys and bind say", "[assembly]") {
  const ListenerCase cases[]{
      {"one for one port", "a:53 b:53 {\n answer 1\n}\n", {"dns://:53 1"}},
      {"shared by blocks", "a:53 {\n answer 1\n}\nb:53 {\n answer 2\n}\n", {"dns://:53 2"}},
      {"one for each port", "a:53 b:54 {\n answer 1\n}\n", {"dns://:53 1", "dns://:54 1"}},
      {"one for each address",
       "a:53 {\n bind 127.0.0.1 ::1\n answer 1\n}\n",
       {"dns://127.0.0.1:53 1", "dns://[::1]:53 1"}},
      {"none when bind leaves no address", "a:53 {\n bind\n answer 1\n}\n", {}},
  };
  for (const ListenerCase& c : cases) {
    DYNAMIC_SECTION(c.name) {
      Household household;
      std::vector<std::string> labels;
      const auto configuration = configuration_of(c.corefile, household);
      for (const auto& listener : configuration->listeners) {
        labels.push_back(listener->label + " " + std::to_string(listener->blocks.size()));
      }
      CHECK(labels == c.labels);
    }
  }
}

TEST_CASE("plugins know the listeners of their block", "[assembly]") {
  test::Seen::clear();
  Household household;
  configuration_of("a:53 b:54 {\n bind 127.0.0.1\n answer labels\n}\n", household);
  CHECK(test::Seen::started_and_stopped() == "labels dns://127.0.0.1:53 dns://127.0.0.1:54");
}

TEST_CASE("the last block's timeouts and any block's debug are the listener's", "[assembly]") {
  Household household;
  const auto configuration = configuration_of(
      "a:53 {\n debug\n timeouts 1s 2s 3s 7\n answer 1\n}\nb:53 {\n timeouts 4s 10s 5s\n answer 1"
      "\n}\nc:53 {\n answer 1\n}\n",
      household);
  const Listener& listener = *configuration->listeners.front();
  CHECK(listener.debug);
  CHECK(configuration->debug());
  CHECK(listener.timeouts.read == std::chrono::seconds(4));
  CHECK(listener.timeouts.idle == std::chrono::seconds(10));
  CHECK(listener.timeouts.max_queries == 7);
}

TEST_CASE("one plugin that admits every class opens its listener to them", "[assembly]") {
  Household household;
  const auto configuration = configuration_of(
      "a:53 {\n classes\n}\nb:53 {\n answer 1\n}\nc:54 {\n answer 1\n}\n", household);
  CHECK(configuration->listeners[0]->classes == Classes::every);
  CHECK(configuration->listeners[1]->classes == Classes::internet_only);
}

TEST_CASE("zone lines are sorted and warn of odd names", "[assembly]") {
  Household household;
  const auto configuration = configuration_of(
      "z.example:53 .:53 10.in-addr.arpa:53 a_b.example:53 {\n bind 127.0.0.1\n answer 1\n}\n",
      household);
  const std::vector<std::string> expected{
      ".:1053 on 127.0.0.1", "10.in-addr.arpa.:1053 on 127.0.0.1",
      "Warning: Domain \"a_b.example.\" does not follow RFC1035 preferred syntax",
      "a_b.example.:1053 on 127.0.0.1", "z.example.:1053 on 127.0.0.1"};
  CHECK(zone_lines(*configuration->listeners.front(), 1053) == expected);
}

}  // namespace
}  // namespace catena::server
