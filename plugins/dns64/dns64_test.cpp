// SPDX-License-Identifier: Apache-2.0
#include "plugins/dns64/dns64.hpp"

#include "test/support/scripted_block.hpp"

#include <catch2/catch.hpp>

namespace catena::dns64 {

void setup(Setup& setup);

namespace {

using test::Lines;
using Script = test::ScriptedRest::Script;

const std::string kSoa = "! test. 30 IN SOA ns. admin. 1 2 3 4 5";
const std::string kNone = "NOERROR aa\n" + kSoa;
const std::string kSigned =
    "\n! test. 30 IN RRSIG SOA 8 1 30 20300101000000 20200101000000 1 test. AAAA";
const char* const kFour = "NOERROR aa ra\nwww.test. 300 A 192.0.2.1";
const Lines kTranslated{"NOERROR ra", "www.test. 30 IN AAAA 64:ff9b::c000:201"};
const Lines kBoth{"www.test. AAAA", "www.test. A"};
const Lines kOne{"www.test. AAAA"};

struct Row {
  const char* name;
  std::string lines;
  Script script;
  Lines said;
  Lines asked;
  double translated = 1;
  test::QueryOptions options = {};
  const char* client = "2001:db8::1";
  std::string ask = "www.test. AAAA";
};

Script script(const std::string& six, const std::string& four = kFour) {
  return {{"www.test. AAAA", six}, {"www.test. A", four}};
}

const Row kRows[] = {
    {.name = "a name without IPv6 gets what the translator has, as long as the denial is good",
     .lines = "dns64",
     .script = script(kNone),
     .said = kTranslated,
     .asked = kBoth},
    {.name = "ten minutes without a SOA record",
     .lines = "dns64",
     .script = script("NOERROR", "NOERROR\nwww.test. 900 A 192.0.2.1"),
     .said = {"NOERROR", "www.test. 600 IN AAAA 64:ff9b::c000:201"},
     .asked = kBoth},
    {.name = "or what the A record says, if that is less",
     .lines = "dns64",
     .script = script(kNone, "NOERROR\nwww.test. 7 A 192.0.2.1"),
     .said = {"NOERROR", "www.test. 7 IN AAAA 64:ff9b::c000:201"},
     .asked = kBoth},
    {.name = "answers that wait",
     .lines = "dns64",
     .script = script("wait " + kNone, std::string("wait ") + kFour),
     .said = kTranslated,
     .asked = kBoth},
    {.name = "another prefix, on the line",
     .lines = "dns64 2001:db8:122:300::/56",
     .script = script(kNone),
     .said = {"NOERROR ra", "www.test. 30 IN AAAA 2001:db8:122:3c0:0:201::"},
     .asked = kBoth},
    {.name = "or in the block, also with one on the line, and the last one counts",
     .lines = "dns64 2001:db8::/96 {\nprefix 2001:db8:1::/96\nprefix 2001:db8:2::/96\n}",
     .script = script(kNone),
     .said = {"NOERROR ra", "www.test. 30 IN AAAA 2001:db8:2::c000:201"},
     .asked = kBoth},
    {.name = "aliases and whatever else is there stay as they are",
     .lines = "dns64",
     .script = script("NOERROR\nwww.test. 60 CNAME web.test.\n" + kSoa,
                      "NOERROR\nwww.test. 60 CNAME web.test.\nweb.test. 50 A 192.0.2.1\n"
                      "web.test. 20 A 192.0.2.2\n! test. 60 NS ns.test.\n+ ns.test. 60 A "
                      "192.0.2.53"),
     .said = {"NOERROR", "www.test. 60 IN CNAME web.test.",
              "web.test. 30 IN AAAA 64:ff9b::c000:201", "web.test. 20 IN AAAA 64:ff9b::c000:202",
              "! test. 60 IN NS ns.test.", "+ ns.test. 60 IN A 192.0.2.53"},
     .asked = kBoth},
    {.name = "a name with IPv6 keeps it",
     .lines = "dns64",
     .script = script("NOERROR aa\nwww.test. 60 AAAA 2001:db8::80"),
     .said = {"NOERROR aa", "www.test. 60 IN AAAA 2001:db8::80"},
     .asked = kOne,
     .translated = 0},
    {.name = "unless all are to be translated",
     .lines = "dns64 {\ntranslate_all\n}",
     .script = script("NOERROR aa\nwww.test. 60 AAAA 2001:db8::80"),
     .said = {"NOERROR ra", "www.test. 300 IN AAAA 64:ff9b::c000:201"},
     .asked = kBoth},
    {.name = "also when the prefix stands on the line",
     .lines = "dns64 64:ff9b::/96 {\ntranslate_all\n}",
     .script = script("NOERROR aa\nwww.test. 60 AAAA 2001:db8::80"),
     .said = {"NOERROR ra", "www.test. 300 IN AAAA 64:ff9b::c000:201"},
     .asked = kBoth},
    {.name = "an IPv4 address in IPv6 form is no address (RFC 6147 section 5.1.4)",
     .lines = "dns64",
     .script = script("NOERROR\nwww.test. 60 AAAA ::ffff:192.0.2.9\n" + kSoa),
     .said = kTranslated,
     .asked = kBoth},
    {.name = "nor is it told beside others",
     .lines = "dns64",
     .script =
         script("NOERROR\nwww.test. 60 AAAA ::ffff:192.0.2.9\nwww.test. 60 AAAA 2001:db8::80"),
     .said = {"NOERROR", "www.test. 60 IN AAAA 2001:db8::80"},
     .asked = kOne,
     .translated = 0},
    {.name = "no such name is no such name",
     .lines = "dns64",
     .script = script("NXDOMAIN aa\n" + kSoa),
     .said = {"NXDOMAIN aa", kSoa},
     .asked = kOne,
     .translated = 0},
    {.name = "an alias of no such name is looked up",
     .lines = "dns64",
     .script = script("NXDOMAIN\nwww.test. 60 CNAME gone.test.\n" + kSoa,
                      "NXDOMAIN\nwww.test. 60 CNAME gone.test."),
     .said = {"NXDOMAIN", "www.test. 60 IN CNAME gone.test."},
     .asked = kBoth},
    {.name = "any other error is as good as no data",
     .lines = "dns64",
     .script = script("SERVFAIL"),
     .said = {"NOERROR ra", "www.test. 300 IN AAAA 64:ff9b::c000:201"},
     .asked = kBoth},
    {.name = "but for one of this server's own",
     .lines = "dns64",
     .script = script("failed SERVFAIL: unreachable"),
     .said = {"failed SERVFAIL: unreachable"},
     .asked = kOne,
     .translated = 0},
    {.name = "no answer stays none",
     .lines = "dns64",
     .script = script("drop"),
     .said = {"drop"},
     .asked = kOne,
     .translated = 0},
    {.name = "a name without IPv4 has what its A question says",
     .lines = "dns64",
     .script = script(kNone, "NOERROR aa ad\n! test. 20 SOA ns. admin. 2 2 3 4 5"),
     .said = {"NOERROR", "! test. 20 IN SOA ns. admin. 2 2 3 4 5"},
     .asked = kBoth},
    {.name = "so has one whose A question is refused",
     .lines = "dns64",
     .script = script(kNone, "REFUSED"),
     .said = {"REFUSED"},
     .asked = kBoth},
    {.name = "or fails",
     .lines = "dns64",
     .script = script(kNone, "failed SERVFAIL: unreachable"),
     .said = {"failed SERVFAIL: unreachable"},
     .asked = kBoth},
    {.name = "or is not answered",
     .lines = "dns64",
     .script = script(kNone, "wait drop"),
     .said = {"failed SERVFAIL: dns64: upstream returned no response"},
     .asked = kBoth,
     .translated = 0},
    {.name = "or is cut",
     .lines = "dns64",
     .script = script(kNone, "NOERROR tc"),
     .said = {"NOERROR tc"},
     .asked = kBoth},
    {.name = "what is made here is not validated (RFC 6147 section 5.5)",
     .lines = "dns64",
     .script = script(kNone, "NOERROR ra ad\nwww.test. 9 A 192.0.2.1"),
     .said = {"NOERROR ra", "www.test. 9 IN AAAA 64:ff9b::c000:201"},
     .asked = kBoth,
     .options = {.authentic_data = true}},
    {.name = "a client that validates gets the signed denial",
     .lines = "dns64",
     .script = script(kNone + kSigned),
     .said = {"NOERROR aa", kSoa,
              "! test. 30 IN RRSIG SOA 8 1 30 20300101000000 20200101000000 1 test. AAAA"},
     .asked = kOne,
     .translated = 0,
     .options = {.checking_disabled = true, .dnssec_ok = true}},
    {.name = "one that leaves it to others does not",
     .lines = "dns64",
     .script = script(kNone + kSigned),
     .said = kTranslated,
     .asked = kBoth,
     .options = {.dnssec_ok = true}},
    {.name = "nor does one that validates where nothing is signed",
     .lines = "dns64",
     .script = script(kNone),
     .said = kTranslated,
     .asked = kBoth,
     .options = {.checking_disabled = true, .dnssec_ok = true}},
    {.name = "who came over IPv4 needs no translator",
     .lines = "dns64",
     .script = script(kNone),
     .said = {"NOERROR aa", kSoa},
     .asked = kOne,
     .translated = 0,
     .client = "192.0.2.77"},
    {.name = "unless it may",
     .lines = "dns64 {\nallow_ipv4\n}",
     .script = script(kNone),
     .said = kTranslated,
     .asked = kBoth,
     .client = "192.0.2.77"},
    {.name = "options of several lines add up",
     .lines = "dns64 {\nallow_ipv4\n}\ndns64 2001:db8::/96",
     .script = script(kNone),
     .said = {"NOERROR ra", "www.test. 30 IN AAAA 2001:db8::c000:201"},
     .asked = kBoth,
     .client = "192.0.2.77"},
    {.name = "other types are nothing to it",
     .lines = "dns64",
     .script = script(kNone),
     .said = {"NOERROR aa ra", "www.test. 300 IN A 192.0.2.1"},
     .asked = {"www.test. A"},
     .translated = 0,
     .ask = "www.test. A"},
    {.name = "nor are other classes",
     .lines = "dns64",
     .script = script(kNone),
     .said = {"NOERROR aa", kSoa},
     .asked = kOne,
     .translated = 0,
     .ask = "www.test. CH AAAA"},
    {.name = "the client's spelling is kept",
     .lines = "dns64",
     .script = {{"wWw.test. AAAA", "NOERROR"}, {"wWw.test. A", "NOERROR\nwWw.test. 9 A 192.0.2.1"}},
     .said = {"NOERROR", "wWw.test. 9 IN AAAA 64:ff9b::c000:201"},
     .asked = {"wWw.test. AAAA", "wWw.test. A"},
     .ask = "wWw.test. AAAA"},
};

TEST_CASE("IPv6 addresses for names that have IPv4 only", "[dns64]") {
  for (const Row& row : kRows) {
    DYNAMIC_SECTION(row.name) {
      test::ScriptedBlock block("dns64", setup, row.lines, row.script);
      CHECK(block.ask(row.ask, row.client, row.options) == row.said);
      CHECK(block.asked() == row.asked);
      CHECK(block.counted("coredns_dns64_requests_translated_total") == row.translated);
    }
  }
}

const char* const kReverse =
    "1.0.2.0.0.0.0.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.b.9.f.f.4.6.0.0.ip6.arpa.";
const std::string kReverseSix = std::string(kReverse) + " PTR";
const std::string kReverseFour = "1.2.0.192.in-addr.arpa. PTR";
const std::string kNoSuchName = "NXDOMAIN aa\n! ip6.arpa. 30 IN SOA ns. admin. 1 2 3 4 5";
const Lines kDenied{"NXDOMAIN aa", "! ip6.arpa. 30 IN SOA ns. admin. 1 2 3 4 5"};
const Lines kBothNames{kReverseSix, kReverseFour};

struct ReverseRow {
  const char* name;
  Script script;
  Lines said;
  Lines asked;
  double translated = 0;
  std::string ask = kReverseSix;
};

const ReverseRow kReverseRows[] = {
    {.name = "an alias leads to the IPv4 address's name (RFC 6147 section 5.3.1)",
     .script = {{kReverseSix, kNoSuchName},
                {kReverseFour, "NOERROR aa ra ad\n1.2.0.192.in-addr.arpa. 20 PTR www.test."}},
     .said = {"NOERROR ra", std::string(kReverse) + " 20 IN CNAME 1.2.0.192.in-addr.arpa.",
              "1.2.0.192.in-addr.arpa. 20 IN PTR www.test."},
     .asked = kBothNames,
     .translated = 1},
    {.name = "for as long as its denial is good",
     .script = {{kReverseSix, "wait " + kNoSuchName},
                {kReverseFour, "wait NOERROR\n1.2.0.192.in-addr.arpa. 900 PTR www.test."}},
     .said = {"NOERROR", std::string(kReverse) + " 30 IN CNAME 1.2.0.192.in-addr.arpa.",
              "1.2.0.192.in-addr.arpa. 900 IN PTR www.test."},
     .asked = kBothNames,
     .translated = 1},
    {.name = "a name of its own goes before",
     .script = {{kReverseSix, "NOERROR\n" + std::string(kReverse) + " 20 PTR nat.test."}},
     .said = {"NOERROR", std::string(kReverse) + " 20 IN PTR nat.test."},
     .asked = {kReverseSix}},
    {.name = "where the IPv4 address has none either, what was said first",
     .script = {{kReverseSix, kNoSuchName}, {kReverseFour, "wait NXDOMAIN"}},
     .said = kDenied,
     .asked = kBothNames},
    {.name = "also when nobody knows",
     .script = {{kReverseSix, kNoSuchName}, {kReverseFour, "wait drop"}},
     .said = kDenied,
     .asked = kBothNames},
    {.name = "and when it fails",
     .script = {{kReverseSix, kNoSuchName}, {kReverseFour, "failed SERVFAIL: unreachable"}},
     .said = kDenied,
     .asked = kBothNames},
    {.name = "other addresses are somebody else's",
     .script = {},
     .said = {"NXDOMAIN"},
     .asked = {"1.0.2.0.0.0.0.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.b.9.f.f.4.6.1.0.ip6.arpa. PTR"},
     .ask = "1.0.2.0.0.0.0.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.b.9.f.f.4.6.1.0.ip6.arpa. PTR"},
    {.name = "so are those of IPv4",
     .script = {},
     .said = {"NXDOMAIN"},
     .asked = {kReverseFour},
     .ask = kReverseFour},
};

TEST_CASE("names of addresses that a translator made", "[dns64]") {
  for (const ReverseRow& row : kReverseRows) {
    DYNAMIC_SECTION(row.name) {
      test::ScriptedBlock block("dns64", setup, "dns64", row.script);
      CHECK(block.ask(row.ask) == row.said);
      CHECK(block.asked() == row.asked);
      CHECK(block.counted("coredns_dns64_requests_translated_total") == row.translated);
    }
  }
}

TEST_CASE("whose A question another block answers is asked there", "[dns64]") {
  test::ScriptedBlock block(
      "dns64", setup, "dns64",
      {{"a.stub. AAAA", "NOERROR"}, {"a.stub. A", "NOERROR\na.stub. 9 A 192.0.2.1"}});
  block.engine.asking_waits = GENERATE(false, true);
  CHECK(block.ask("a.stub. AAAA") == Lines{"NOERROR", "a.stub. 9 IN AAAA 64:ff9b::c000:201"});
  CHECK(block.asked() == Lines{"a.stub. AAAA"});
  CHECK(block.asked_elsewhere() == Lines{"a.stub. A"});
}

TEST_CASE("what dns64 refuses", "[dns64]") {
  const auto [lines, error] = GENERATE(table<std::string, std::string>({
      {"dns64 64:ff9b::", "Corefile:2: dns64: invalid CIDR address: 64:ff9b::"},
      {"dns64 {\nprefix here\n}", "Corefile:3: dns64: invalid CIDR address: here"},
      {"dns64 10.1.2.3/8", "Corefile:2: dns64: invalid netmask 32 IPv6 address: \"10.0.0.0/8\""},
      {"dns64 64:ff9b::/72", "Corefile:2: dns64: invalid prefix length \"64:ff9b::/72\""},
      {"dns64 64:ff9b::1/128", "Corefile:2: dns64: invalid prefix length \"64:ff9b::1/128\""},
      {"dns64 {\nprefix\n}",
       "Corefile:3: dns64: Wrong argument count or unexpected line ending after 'prefix'"},
      {"dns64 64:ff9b::/96 64:ff9b::/96",
       "Corefile:2: dns64: Wrong argument count or unexpected line ending after '64:ff9b::/96'"},
      {"dns64 {\ntranslate\n}", "Corefile:3: dns64: unknown property 'translate'"},
  }));
  CAPTURE(lines);
  const test::PluginSetup plugin("dns64", setup, lines);
  REQUIRE(plugin.errors().size() == 1);
  CHECK_THAT(plugin.errors().front(), Catch::StartsWith(error));
}

}  // namespace
}  // namespace catena::dns64
