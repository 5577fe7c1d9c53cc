// SPDX-License-Identifier: Apache-2.0
#include "plugins/cache/scenario.hpp"

namespace catena::cache {
namespace {

TEST_CASE("an answer's TTL is taken between the limits of its class") {
  struct Case {
    const char* name;
    const char* directive;
    std::vector<std::string> answer;
    std::uint32_t ttl;
  };
  const std::vector<std::string> nxdomain = {"NXDOMAIN",
                                             "authority example.org. 2000 IN SOA n. h. 1 2 3 4 50"};
  const std::string one = "answer www.example.org. 1 IN A 192.0.2.1";
  const std::string high = "answer www.example.org. 90000 IN A 192.0.2.1";
  const Case c = GENERATE_COPY(values<Case>({
      {"below MINTTL it is MINTTL", "cache", {"NOERROR", one}, 5},
      {"zero is MINTTL too", "cache", {"NOERROR", "answer www.example.org. 0 IN A 192.0.2.1"}, 5},
      {"above the maximum it is the maximum", "cache", {"NOERROR", high}, 3600},
      {"a maximum of more than an hour holds", "cache 7200", {"NOERROR", high}, 7200},
      {"`cache TTL` limits successes", "cache 30", {"NOERROR", high}, 30},
      {"`cache TTL` limits denials", "cache 30", nxdomain, 30},
      {"denials have half an hour", "cache", nxdomain, 1800},
      {"the minimum field of the SOA does not count", "cache {\ndenial 1000 3000\n}", nxdomain,
       2000},
      {"the maximum of successes", "cache {\nsuccess 1000 20\n}", {"NOERROR", high}, 20},
      {"the minimum of successes", "cache {\nsuccess 1000 20 10\n}", {"NOERROR", one}, 10},
      {"the maximum wins over the minimum", "cache 3", {"NOERROR", one}, 3},
      {"REFUSED is treated as a success of 5 s",
       "cache {\nsuccess 1000 3600 7\n}",
       {"REFUSED", "authority example.org. 90 IN NS ns.example.org."},
       7},
      {"a delegation has 5 s",
       "cache",
       {"NOERROR", "authority example.org. 90 IN NS ns.example.org."},
       5},
      {"SERVFAIL has the time of `servfail`",
       "cache {\nservfail 20s\n}",
       {"SERVFAIL", "authority example.org. 90 IN SOA n. h. 1 2 3 4 5"},
       20},
      {"NOTIMP has it too",
       "cache {\nservfail 20s\n}",
       {"NOTIMP", "authority example.org. 90 IN SOA n. h. 1 2 3 4 5"},
       20},
      {"an answer to another question with SOA is a denial",
       "cache {\ndenial 1000 9\n}",
       {"NOERROR", "answer a.example.org. 90 IN A 192.0.2.1",
        "authority example.org. 90 IN SOA n. h. 1 2 3 4 5"},
       9},
  }));
  DYNAMIC_SECTION(c.name) {
    test::Bed bed(c.directive);
    bed.upstream->script = c.answer;
    REQUIRE(bed.ask({.name = "www.example.org."}));
    for (const auto section : {dns::Section::answer, dns::Section::authority}) {
      for (const dns::Record& r : bed.query.response().records(section)) CHECK(r.ttl == c.ttl);
    }
  }
}

// What a second query finds: nothing, or an entry of a class.
struct Stored {
  const char* name;
  const char* directive;
  std::vector<std::string> answer;
  std::string kept;
  dns::Type type = dns::Type::A;
};

std::string soa() { return "authority example.org. 60 IN SOA n. h. 1 2 3 4 5"; }

std::vector<Stored> stored_rows() {
  const std::string www = "answer www.example.org. 60 IN ";
  const std::string one = www + "A 192.0.2.1";
  const std::string rrsig =
      www + "RRSIG A 13 3 60 20200102000000 20200101000000 1 example.org. AAAA";
  return {
      {"an answer", "cache", {"NOERROR", one}, "success"},
      {"nothing at all", "cache", {"NOERROR"}, "success"},
      {"a delegation", "cache", {"NOERROR", "authority example.org. 60 IN NS n."}, "success"},
      {"NODATA", "cache", {"NOERROR", soa()}, "denial"},
      {"NXDOMAIN with SOA", "cache", {"NXDOMAIN", soa()}, "denial"},
      {"SERVFAIL", "cache", {"SERVFAIL"}, "denial"},
      {"NOTIMP", "cache", {"NOTIMP"}, "denial"},
      {"NXDOMAIN without SOA", "cache", {"NXDOMAIN"}, ""},
      {"NXDOMAIN with an answer", "cache", {"NXDOMAIN", one, soa()}, ""},
      {"a truncated answer", "cache", {"NOERROR tc", one}, ""},
      {"an answer that could not be said whole", "cache", {"NOERROR spoiled", one}, ""},
      {"REFUSED", "cache", {"REFUSED"}, ""},
      {"FORMERR", "cache", {"FORMERR"}, ""},
      {"a zone transfer", "cache", {"NOERROR", www + "A 192.0.2.1"}, "", dns::Type::AXFR},
      {"an incremental transfer", "cache", {"NOERROR", soa()}, "", dns::Type::IXFR},
      {"a signature that has expired, with DO", "cache", {"NOERROR do", one, rrsig}, ""},
      {"a signature that has expired, without DO", "cache", {"NOERROR", one, rrsig}, "success"},
      {"a TTL of zero where that is allowed",
       "cache {\nsuccess 1000 3600 0\n}",
       {"NOERROR", www.substr(0, 23) + "0 IN A 192.0.2.1"},
       ""},
      {"SERVFAIL with `servfail 0`", "cache {\nservfail 0\n}", {"SERVFAIL"}, ""},
      {"another name's answer without SOA",
       "cache",
       {"NOERROR", "answer a.example.org. 60 IN A 192.0.2.1"},
       ""},
      {"another name's answer with SOA",
       "cache",
       {"NOERROR", "answer a.example.org. 60 IN A 192.0.2.1", soa()},
       "denial"},
      {"another class's answer",
       "cache",
       {"NOERROR", "answer www.example.org. 60 CH A 192.0.2.1"},
       ""},
      {"an alias that leads to the type",
       "cache",
       {"NOERROR", "answer b.example.org. 60 IN A 192.0.2.1", www + "CNAME B.example.ORG."},
       "success"},
      {"an alias that leads nowhere", "cache", {"NOERROR", www + "CNAME b.example.org."}, ""},
      {"an alias that leads nowhere, with SOA",
       "cache",
       {"NOERROR", www + "CNAME b.example.org.", soa()},
       "denial"},
      {"aliases in a circle",
       "cache",
       {"NOERROR", www + "CNAME b.example.org.",
        "answer b.example.org. 60 IN CNAME www.example.org."},
       ""},
      {"two aliases of one name",
       "cache",
       {"NOERROR", www + "CNAME b.example.org.", www + "CNAME c.example.org.",
        "answer b.example.org. 60 IN A 192.0.2.1"},
       ""},
      {"the alias itself when it was asked for",
       "cache",
       {"NOERROR", www + "CNAME b.example.org."},
       "success",
       dns::Type::CNAME},
      {"any record for ANY", "cache", {"NOERROR", www + "TXT x"}, "success", dns::Type::ANY},
      {"a failure with a reason", "cache", {"FAIL SERVFAIL unreachable"}, "denial"},
      {"a failure without one", "cache", {"FAIL SERVFAIL"}, ""},
      {"a failure that is not SERVFAIL", "cache", {"FAIL REFUSED overloaded"}, ""},
      {"a failure with `servfail 0`", "cache {\nservfail 0\n}", {"FAIL SERVFAIL unreachable"}, ""},
      {"a failure where denials are disabled",
       "cache {\ndisable denial\n}",
       {"FAIL SERVFAIL unreachable"},
       ""},
      {"no answer", "cache", {"DROP"}, ""},
      {"a success where they are disabled", "cache {\ndisable success\n}", {"NOERROR", one}, ""},
      {"a success where denials are", "cache {\ndisable denial\n}", {"NOERROR", one}, "success"},
      {"a denial where they are disabled",
       "cache {\ndisable denial example.org\n}",
       {"NXDOMAIN", soa()},
       ""},
      {"a denial in another zone than the disabled",
       "cache {\ndisable denial example.net\n}",
       {"NXDOMAIN", soa()},
       "denial"},
      {"an answer for one client network", "cache", {"NOERROR subnet/24", one}, ""},
      {"an answer for every client network", "cache", {"NOERROR subnet/0", one}, "success"},
      {"an answer that came after a wait", "cache", {"wait", "NOERROR", one}, "success"},
      {"a failure that came after a wait", "cache", {"wait", "FAIL SERVFAIL late"}, "denial"},
  };
}

TEST_CASE("what is stored") {
  const Stored row = GENERATE(from_range(stored_rows()));
  DYNAMIC_SECTION(row.name) {
    test::Bed bed(row.directive);
    bed.upstream->script = row.answer;
    const test::Ask question{.name = "www.example.org.", .type = row.type};
    bed.ask(question);
    const auto again = bed.ask(question);
    CHECK(bed.upstream->asked == (row.kept.empty() ? 2 : 1));
    const auto hits = [&](const std::string& type) {
      const std::string line = "coredns_cache_hits_total{server=\"dns://:53\",type=\"" + type +
                               "\",view=\"\",zones=\".\"} ";
      return bed.parts.metrics.text().find(line + (row.kept == type ? "1\n" : "0\n"));
    };
    CHECK(hits("success") != std::string::npos);
    CHECK(hits("denial") != std::string::npos);
    if (row.kept.empty()) return;
    CHECK_FALSE(bed.query.failed());
    CHECK(again);
  }
}

TEST_CASE("a failure is returned once and cached as SERVFAIL") {
  test::play({.name = "the first client has the failure, the next ones SERVFAIL without flags",
              .directive = "cache",
              .scenario = R"(
upstream
      FAIL SERVFAIL unreachable
ask www.example.org. A
      FAIL SERVFAIL unreachable
ask www.example.org. A
      SERVFAIL
after 4s
ask www.example.org. A
      SERVFAIL
asked 1
after 1s
ask www.example.org. A
      FAIL SERVFAIL unreachable
asked 2
count entries denial 1
)"});
}

TEST_CASE("a transfer keeps its TTLs") {
  test::play({.name = "each record its own", .directive = "cache", .scenario = R"(
upstream
      NOERROR aa
      answer example.org. 60 IN SOA n. h. 1 2 3 4 5
      answer www.example.org. 600 IN A 192.0.2.1
ask example.org. AXFR
      NOERROR aa
      answer example.org. 60 IN SOA n. h. 1 2 3 4 5
      answer www.example.org. 600 IN A 192.0.2.1
)"});
}

TEST_CASE("an upstream's OPT goes no further") {
  test::Bed bed("cache");
  bed.upstream->script = {"NOERROR do", "answer www.example.org. 60 IN A 192.0.2.1"};
  bed.ask({.name = "www.example.org.", .dnssec_ok = true});
  CHECK_FALSE(bed.query.response().edns.has_value());
}

TEST_CASE("what cannot be kept is counted") {
  test::Bed bed("cache");
  const std::string text(250, 'x');
  bed.upstream->script = {"NOERROR"};
  for (int i = 0; i < 300; ++i) {
    bed.upstream->script.push_back("answer www.example.org. 60 IN TXT " + text);
  }
  bed.ask({.name = "www.example.org.", .type = dns::Type::TXT});
  CHECK(bed.query.response().answer().size() == 300);
  const std::string line =
      "coredns_cache_drops_total{server=\"dns://:53\",view=\"\",zones=\".\"} 1\n";
  CHECK(bed.parts.metrics.text().find(line) != std::string::npos);
}

}  // namespace
}  // namespace catena::cache
