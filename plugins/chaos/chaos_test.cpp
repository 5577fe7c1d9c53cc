// SPDX-License-Identifier: Apache-2.0
#include "plugins/chaos/chaos.hpp"

#include "core/base/host_name.hpp"
#include "core/base/version.hpp"

#include "test/support/incoming_query.hpp"
#include "test/support/plugin_setup.hpp"

#include <catch2/catch.hpp>

#include <set>

namespace catena::chaos {

void setup(Setup& setup);

namespace {

using Texts = std::multiset<std::string>;

struct Answer {
  Outcome outcome = Outcome::drop;
  std::string failure;
  bool authoritative = false;
  Texts records;
};

Answer ask(const std::string& block, const char* question) {
  test::PluginSetup plugin("chaos", setup, block);
  REQUIRE(plugin.errors().empty());
  test::IncomingQuery incoming(question);
  Query& query = incoming.query;
  const Reply reply = plugin.chain().first()(query);
  REQUIRE(reply.ready());
  const auto lines = test::lines(query.response().answer());
  return {reply.outcome(), std::string(query.failure()),
          query.response().flags.has(dns::Flags::kAA), Texts(lines.begin(), lines.end())};
}

struct Row {
  const char* name;
  std::string block;
  const char* ask;
  Texts records;
};

const std::string kOwnVersion = std::string("\"Catena-") + kVersion + "\"";
const std::string kHost = "\"" + host_name() + "\"";
const std::string kLong(300, 'x');
const std::string kMostOfIt = "\"" + std::string(255, 'x') + "\"";

const Row kRows[] = {
    {"its own version", "chaos", "version.bind. CH TXT", {"version.bind. 0 CH TXT " + kOwnVersion}},
    {"under the other name, in the client's letters",
     "chaos",
     "VERSION.server. CH TXT",
     {"VERSION.server. 0 CH TXT " + kOwnVersion}},
    {"a version that is given",
     "chaos \"not yours to know\"",
     "version.bind. CH TXT",
     {"version.bind. 0 CH TXT \"not yours to know\""}},
    {"a text that is too long for a string is cut",
     "chaos " + kLong,
     "version.bind. CH TXT",
     {"version.bind. 0 CH TXT " + kMostOfIt}},
    {"with authors too, which CoreDNS cannot write",
     "chaos " + kLong + " a",
     "version.bind. CH TXT",
     {"version.bind. 0 CH TXT " + kMostOfIt}},
    {"the host's name", "chaos", "hostname.bind. CH TXT", {"hostname.bind. 0 CH TXT " + kHost}},
    {"the same as id", "chaos x", "id.server. CH TXT", {"id.server. 0 CH TXT " + kHost}},
    {"authors, each once",
     "chaos v one two one",
     "authors.bind. CH TXT",
     {"authors.bind. 0 CH TXT \"one\"", "authors.bind. 0 CH TXT \"two\""}},
    {"authors of the program",
     "chaos v",
     "authors.bind. CH TXT",
     {"authors.bind. 0 CH TXT \"the Catena authors\""}},
    {"of two lines the first counts",
     "chaos a\nchaos b",
     "version.bind. CH TXT",
     {"version.bind. 0 CH TXT \"a\""}},
};

TEST_CASE("chaos tells what the server is", "[chaos]") {
  for (const Row& row : kRows) {
    DYNAMIC_SECTION(row.name) {
      const Answer answer = ask(row.block, row.ask);
      CHECK(answer.outcome == Outcome::respond);
      CHECK(answer.failure.empty());
      CHECK_FALSE(answer.authoritative);
      CHECK(answer.records == row.records);
    }
  }
}

TEST_CASE("what else is asked goes on from chaos", "[chaos]") {
  for (const char* question :
       {"version.bind. TXT", "version.bind. CH A", "other.bind. CH TXT", "bind. CH TXT"}) {
    DYNAMIC_SECTION(question) {
      CHECK(ask("chaos", question).failure == "plugin/chaos: no next plugin found");
    }
  }
}

TEST_CASE("a block is an error of chaos", "[chaos]") {
  const test::PluginSetup wrong("chaos", setup, "chaos {\n version 1\n}");
  REQUIRE(wrong.errors().size() == 1);
  CHECK_THAT(wrong.errors().front(), Catch::StartsWith("Corefile:2: chaos: Unexpected token '{'"));
}

TEST_CASE("chaos lets every class in", "[chaos]") {
  test::PluginSetup plugin("chaos", setup, "chaos");
  CHECK(plugin.chain().with<ClassAdmission>().size() == 1);
}

}  // namespace
}  // namespace catena::chaos
