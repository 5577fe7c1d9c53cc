// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/alias.hpp"

#include "test/support/messages.hpp"
#include "test/support/records.hpp"
#include "test/support/test_engine.hpp"

#include <catch2/catch.hpp>

namespace catena {
namespace {

const char* const kAlias = "a.test. 300 IN CNAME www.example.";
const char* const kAddress = "www.example. 60 IN A 192.0.2.1";
const char* const kSoa = "example. 30 IN SOA ns. admin. 1 2 3 4 5";

struct Row {
  const char* name;
  Outcome outcome;
  dns::Rcode rcode;
  const char* answer;     // Of the target.
  const char* authority;  // Likewise.
  std::string said;       // The answer to the client.
  std::string told;       // To the plugin errors.
};

const Row kRows[] = {
    {"the target's records follow the alias", Outcome::respond, dns::Rcode::NoError, kAddress, "",
     "NOERROR\na.test. 300 IN CNAME www.example.\nwww.example. 60 IN A 192.0.2.1\n", ""},
    {"a target that is not there is told with its SOA (RFC 6604)", Outcome::respond,
     dns::Rcode::NXDomain, "", kSoa,
     "NXDOMAIN\na.test. 300 IN CNAME www.example.\n! example. 30 IN SOA ns. admin. 1 2 3 4 5\n",
     ""},
    {"so is one without data", Outcome::respond, dns::Rcode::NoError, "", kSoa,
     "NOERROR\na.test. 300 IN CNAME www.example.\n! example. 30 IN SOA ns. admin. 1 2 3 4 5\n", ""},
    {"the name servers of a target are nobody's business", Outcome::respond, dns::Rcode::NoError,
     kAddress, "example. 30 IN NS ns.example.",
     "NOERROR\na.test. 300 IN CNAME www.example.\nwww.example. 60 IN A 192.0.2.1\n", ""},
    {"a target that fails leaves the alias, for no longer than a failure", Outcome::respond,
     dns::Rcode::ServFail, kAddress, "", "NOERROR\na.test. 5 IN CNAME www.example.\n",
     "plugin/test: target www.example. of an alias: SERVFAIL"},
    {"one that is refused as well", Outcome::respond, dns::Rcode::Refused, "", kSoa,
     "NOERROR\na.test. 5 IN CNAME www.example.\n",
     "plugin/test: target www.example. of an alias: REFUSED"},
    {"and one that nobody answers for", Outcome::drop, dns::Rcode::NoError, "", "",
     "NOERROR\na.test. 5 IN CNAME www.example.\n",
     "plugin/test: target www.example. of an alias: no answer"},
};

std::string text_of(const dns::Response& response) {
  std::string text = dns::to_string(response.rcode) + "\n";
  for (const auto& line : test::lines(response.answer())) text += line + "\n";
  for (const auto& line : test::lines(response.authority())) text += "! " + line + "\n";
  return text;
}

TEST_CASE("where an alias leads", "[plugin]") {
  for (const Row& row : kRows) {
    DYNAMIC_SECTION(row.name) {
      test::TestEngine engine;
      engine.asking_waits = GENERATE(false, true);
      engine.on_ask = [&row](const dns::Question&, dns::Response& end) {
        end.rcode = row.rcode;
        const auto add = [&end](dns::Section section, const char* line) {
          if (*line != '\0') end.add(section, test::record(line, end.arena()));
        };
        add(dns::Section::answer, row.answer);
        add(dns::Section::authority, row.authority);
        return row.outcome;
      };
      metrics::Registry registry(2);
      const AliasFollower aliases("test", registry);
      const auto bytes = test::query_bytes("a.test. A");
      Query query(engine);
      query.begin(dns::MessageView::parse(bytes).value(), Transport(), engine.clock().now());
      query.respond().add(dns::Section::answer, test::record(kAlias, query.arena()));
      const dns::Name target = *dns::Name::parse("www.example.");
      CHECK(engine.run(aliases.follow(query, target)) == Outcome::respond);
      CHECK(text_of(query.response()) == row.said);
      CHECK(query.failure() == row.told);
      CHECK_FALSE(query.failed());
      const double failures = row.told.empty() ? 0 : 1;
      CHECK(registry.counter("catena_alias_failures_total", "", {{"plugin", "test"}}).value() ==
            failures);
    }
  }
}

}  // namespace
}  // namespace catena
