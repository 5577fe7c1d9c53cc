// SPDX-License-Identifier: Apache-2.0
#include "plugins/siit/siit.hpp"

#include "test/support/scripted_block.hpp"

#include <catch2/catch.hpp>

namespace catena::siit {

void setup(Setup& setup);

namespace {

using test::Lines;
using Script = test::ScriptedRest::Script;

const std::string kSoa = "! test. 30 IN SOA ns. admin. 1 2 3 4 5";
const std::string kNone = "NOERROR aa\n" + kSoa;
const Lines kDenied{"NOERROR aa", kSoa};
const char* const kSix = "NOERROR aa ra\nwww.test. 300 AAAA 64:ff9b::192.0.2.1";
const Lines kTranslated{"NOERROR aa ra", "www.test. 30 IN A 192.0.2.1"};
const Lines kBoth{"www.test. A", "www.test. AAAA"};
const Lines kOne{"www.test. A"};
const char* const kPairs =
    "siit {\nipv6_prefix 2001:db8::/96\neam 192.0.2.7 2001:db8:1::7\neam 192.0.2.8 2001:db8:1::7\n"
    "eam 192.0.2.9 2001:db8::192.0.2.1\n}";

struct Row {
  const char* name;
  std::string lines;
  Script script;
  Lines said;
  Lines asked;
  double translated = 1;
  const char* client = "2001:db8::1";
  std::string ask = "www.test. A";
};

Script script(const std::string& four, const std::string& six = kSix) {
  return {{"www.test. A", four}, {"www.test. AAAA", six}};
}

const Row kRows[] = {
    {.name = "a name without IPv4 gets what the translator has, as long as the denial is good",
     .lines = "siit",
     .script = script(kNone),
     .said = kTranslated,
     .asked = kBoth},
    {.name = "over IPv4 as well",
     .lines = "siit",
     .script = script(kNone),
     .said = kTranslated,
     .asked = kBoth,
     .client = "192.0.2.77"},
    {.name = "ten minutes without a SOA record",
     .lines = "siit",
     .script = script("NOERROR", "NOERROR\nwww.test. 900 AAAA 64:ff9b::192.0.2.1"),
     .said = {"NOERROR", "www.test. 600 IN A 192.0.2.1"},
     .asked = kBoth},
    {.name = "answers that wait",
     .lines = "siit",
     .script = script("wait " + kNone, std::string("wait ") + kSix),
     .said = kTranslated,
     .asked = kBoth},
    {.name = "a pair of addresses, the last one of an IPv6 address",
     .lines = kPairs,
     .script = script(kNone, "NOERROR\nwww.test. 9 AAAA 2001:db8:1::7"),
     .said = {"NOERROR", "www.test. 9 IN A 192.0.2.8"},
     .asked = kBoth},
    {.name = "goes before the prefix",
     .lines = kPairs,
     .script = script(kNone,
                      "NOERROR\nwww.test. 9 AAAA 2001:db8::192.0.2.1\n"
                      "www.test. 9 AAAA 2001:db8::192.0.2.2"),
     .said = {"NOERROR", "www.test. 9 IN A 192.0.2.9", "www.test. 9 IN A 192.0.2.2"},
     .asked = kBoth},
    {.name = "addresses that no IPv4 address stands for are left out, all else stays",
     .lines = "siit",
     .script = script(kNone,
                      "NOERROR\nwww.test. 60 CNAME web.test.\nweb.test. 20 AAAA 2001:db8::80\n"
                      "web.test. 20 AAAA 64:ff9b::192.0.2.1\nweb.test. 20 AAAA "
                      "::ffff:192.0.2.2\n! test. 60 NS ns.test.\n+ ns.test. 60 AAAA 2001:db8::53"),
     .said = {"NOERROR", "www.test. 60 IN CNAME web.test.", "web.test. 20 IN A 192.0.2.1",
              "! test. 60 IN NS ns.test.", "+ ns.test. 60 IN AAAA 2001:db8::53"},
     .asked = kBoth},
    {.name = "where none is left the answer is that of before",
     .lines = "siit",
     .script = script(kNone, "wait NOERROR\nwww.test. 20 AAAA 2001:db8::80"),
     .said = kDenied,
     .asked = kBoth,
     .translated = 0},
    {.name = "so it is where there is none",
     .lines = "siit",
     .script = script(kNone, "NOERROR"),
     .said = kDenied,
     .asked = kBoth,
     .translated = 0},
    {.name = "bits 64 to 71 are zero in an address that stands for another (RFC 6052)",
     .lines = "siit {\nipv6_prefix 2001:db8::/32\n}",
     .script = script(kNone, "NOERROR\nwww.test. 20 AAAA 2001:db8:c000:201:100::"),
     .said = kDenied,
     .asked = kBoth,
     .translated = 0},
    {.name = "a name with IPv4 keeps it",
     .lines = "siit",
     .script = script("NOERROR aa\nwww.test. 60 A 192.0.2.80"),
     .said = {"NOERROR aa", "www.test. 60 IN A 192.0.2.80"},
     .asked = kOne,
     .translated = 0},
    {.name = "an answer that is cut may have had it",
     .lines = "siit",
     .script = script("NOERROR tc"),
     .said = {"NOERROR tc"},
     .asked = kOne,
     .translated = 0},
    {.name = "no such name is no such name",
     .lines = "siit",
     .script = script("NXDOMAIN aa\n" + kSoa),
     .said = {"NXDOMAIN aa", kSoa},
     .asked = kOne,
     .translated = 0},
    {.name = "any other error is as good as no data",
     .lines = "siit",
     .script = script("SERVFAIL"),
     .said = {"NOERROR aa ra", "www.test. 300 IN A 192.0.2.1"},
     .asked = kBoth},
    {.name = "but for one of this server's own",
     .lines = "siit",
     .script = script("failed REFUSED: not for you"),
     .said = {"failed REFUSED: not for you"},
     .asked = kOne,
     .translated = 0},
    {.name = "no answer stays none",
     .lines = "siit",
     .script = script("drop"),
     .said = {"drop"},
     .asked = kOne,
     .translated = 0},
    {.name = "an error of the AAAA question is the answer's",
     .lines = "siit",
     .script = script(kNone, "NXDOMAIN aa ad\n" + kSoa),
     .said = {"NXDOMAIN aa", kSoa},
     .asked = kBoth,
     .translated = 0},
    {.name = "so is its failure",
     .lines = "siit",
     .script = script(kNone, "failed SERVFAIL: unreachable"),
     .said = {"failed SERVFAIL: unreachable"},
     .asked = kBoth,
     .translated = 0},
    {.name = "and its silence",
     .lines = "siit",
     .script = script(kNone, "wait drop"),
     .said = {"failed SERVFAIL: siit: upstream lookup returned no response"},
     .asked = kBoth,
     .translated = 0},
    {.name = "what is made here is not validated, and may be cut",
     .lines = "siit",
     .script = script(kNone, "NOERROR tc ad\nwww.test. 9 AAAA 64:ff9b::192.0.2.1"),
     .said = {"NOERROR tc", "www.test. 9 IN A 192.0.2.1"},
     .asked = kBoth},
    {.name = "other types are nothing to it",
     .lines = "siit",
     .script = script(kNone),
     .said = {"NOERROR aa ra", "www.test. 300 IN AAAA 64:ff9b::c000:201"},
     .asked = {"www.test. AAAA"},
     .translated = 0,
     .ask = "www.test. AAAA"},
    {.name = "nor are other classes",
     .lines = "siit",
     .script = script(kNone),
     .said = kDenied,
     .asked = kOne,
     .translated = 0,
     .ask = "www.test. CH A"},
};

TEST_CASE("IPv4 addresses for names that have IPv6 only", "[siit]") {
  for (const Row& row : kRows) {
    DYNAMIC_SECTION(row.name) {
      test::ScriptedBlock block("siit", setup, row.lines, row.script);
      CHECK(block.ask(row.ask, row.client) == row.said);
      CHECK(block.asked() == row.asked);
      CHECK(block.counted("coredns_siit_requests_translated_total") == row.translated);
    }
  }
}

TEST_CASE("what a translation elsewhere asks for is not translated again", "[siit]") {
  test::ScriptedBlock block("siit", setup, "siit", script(kNone));
  block.is_step = true;
  CHECK(block.ask("www.test. A") == kDenied);
  CHECK(block.asked() == kOne);
}

TEST_CASE("whose AAAA question another block answers is asked there", "[siit]") {
  test::ScriptedBlock block(
      "siit", setup, "siit",
      {{"a.stub. A", kNone}, {"a.stub. AAAA", "NOERROR\na.stub. 9 AAAA 64:ff9b::192.0.2.1"}});
  block.engine.asking_waits = GENERATE(false, true);
  CHECK(block.ask("a.stub. A") == Lines{"NOERROR", "a.stub. 9 IN A 192.0.2.1"});
  CHECK(block.asked() == Lines{"a.stub. A"});
  CHECK(block.asked_elsewhere() == Lines{"a.stub. AAAA"});
}

TEST_CASE("what siit refuses", "[siit]") {
  const auto [lines, error] = GENERATE(table<std::string, std::string>({
      {"siit 64:ff9b::/96",
       "Corefile:2: siit: Wrong argument count or unexpected line ending after '64:ff9b::/96'"},
      {"siit {\nipv6_prefix here\n}", "Corefile:3: siit: invalid CIDR address: here"},
      {"siit {\nipv6_prefix 10.0.0.0/8\n}",
       "Corefile:3: siit: invalid netmask 32 IPv6 address: \"10.0.0.0/8\""},
      {"siit {\nipv6_prefix 64:ff9b::/72\n}",
       "Corefile:3: siit: invalid prefix length \"64:ff9b::/72\": must be one of /32, /40, /48, "
       "/56, /64, /96"},
      {"siit {\nipv6_prefix 2001:db8:122:344:ff00::/96\n}",
       "Corefile:3: siit: invalid prefix \"2001:db8:122:344:ff00::/96\": reserved octet (byte 8) "
       "must be zero"},
      {"siit {\neam 10.0.0.1\n}",
       "Corefile:3: siit: Wrong argument count or unexpected line ending after '10.0.0.1'"},
      {"siit {\neam 10.0.0.1 2001:db8::1 more\n}",
       "Corefile:3: siit: Wrong argument count or unexpected line ending after 'more'"},
      {"siit {\neam 2001:db8::1 10.0.0.1\n}",
       "Corefile:3: siit: invalid IPv4 address: \"2001:db8::1\""},
      {"siit {\neam 10.0.0.1 ::ffff:10.0.0.2\n}",
       "Corefile:3: siit: invalid IPv6 address: \"10.0.0.2\""},
      {"siit {\neam here 2001:db8::1\n}", "Corefile:3: siit: invalid IP address: \"here\""},
      {"siit {\nprefix 64:ff9b::/96\n}", "Corefile:3: siit: unknown property 'prefix'"},
  }));
  CAPTURE(lines);
  const test::PluginSetup plugin("siit", setup, lines);
  REQUIRE(plugin.errors().size() == 1);
  CHECK_THAT(plugin.errors().front(), Catch::StartsWith(error));
}

}  // namespace
}  // namespace catena::siit
