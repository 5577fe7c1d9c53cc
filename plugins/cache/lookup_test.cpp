// SPDX-License-Identifier: Apache-2.0
#include "plugins/cache/scenario.hpp"
#include "test/support/ends_by_signal.hpp"

namespace catena::cache {
namespace {

using test::Row;

TEST_CASE("cache finds what it has stored") {
  const Row row = GENERATE(values<Row>({
      {.name = "a hit has the remaining seconds as the TTL of every record",
       .directive = "cache",
       .scenario = R"(
upstream
      NOERROR ra
      answer www.example.org. 300 IN CNAME a.example.org.
      answer a.example.org. 200 IN A 192.0.2.1
      answer a.example.org. 250 IN A 192.0.2.2
      authority example.org. 3600 IN NS ns.example.org.
      additional ns.example.org. 1000 IN A 192.0.2.53
ask www.example.org. A
      NOERROR ra
      answer www.example.org. 200 IN CNAME a.example.org.
      answer a.example.org. 200 IN A 192.0.2.1
      answer a.example.org. 200 IN A 192.0.2.2
      authority example.org. 200 IN NS ns.example.org.
      additional ns.example.org. 200 IN A 192.0.2.53
after 60.9s
ask www.example.org. A
      NOERROR ra
      answer www.example.org. 140 IN CNAME a.example.org.
      answer a.example.org. 140 IN A 192.0.2.1
      answer a.example.org. 140 IN A 192.0.2.2
      authority example.org. 140 IN NS ns.example.org.
      additional ns.example.org. 140 IN A 192.0.2.53
asked 1
count requests_total 2
count hits_total success 1
count hits_total denial 0
count misses_total 1
count entries success 1
count entries denial 0
)"},
      {.name = "an entry is of use until its last second is over",
       .directive = "cache",
       .scenario = R"(
upstream
      NOERROR
      answer www.example.org. 10 IN A 192.0.2.1
ask www.example.org. A
      NOERROR
      answer www.example.org. 10 IN A 192.0.2.1
after 9.999s
ask www.example.org. A
      NOERROR
      answer www.example.org. 1 IN A 192.0.2.1
asked 1
after 1ms
ask www.example.org. A
      NOERROR
      answer www.example.org. 10 IN A 192.0.2.1
asked 2
count misses_total 2
)"},
      {.name = "keepttl gives the TTL that was stored",
       .directive = "cache {\nkeepttl\n}",
       .scenario = R"(
upstream
      NOERROR
      answer www.example.org. 30 IN A 192.0.2.1
ask www.example.org. A
      NOERROR
      answer www.example.org. 30 IN A 192.0.2.1
after 20s
ask www.example.org. A
      NOERROR
      answer www.example.org. 30 IN A 192.0.2.1
asked 1
)"},
      {.name = "letter case of the name is no part of the key, and the client's is given back",
       .directive = "cache",
       .scenario = R"(
upstream
      NOERROR
      answer www.example.org. 30 IN A 192.0.2.1
ask www.example.org. A
      NOERROR
      answer www.example.org. 30 IN A 192.0.2.1
ask wWw.eXaMple.Org. A
      NOERROR
      answer wWw.eXaMple.Org. 30 IN A 192.0.2.1
asked 1
)"},
      {.name = "type, class, DO and CD each have entries of their own, AD has not",
       .directive = "cache",
       .scenario = R"(
upstream
      NOERROR
      answer www.example.org. 30 IN TXT "one"
ask www.example.org. TXT
      NOERROR
      answer www.example.org. 30 IN TXT "one"
upstream
      NOERROR
ask www.example.org. AAAA
      NOERROR
ask www.example.org. TXT CH
      NOERROR
ask www.example.org. TXT +do
      NOERROR
ask www.example.org. TXT +cd
      NOERROR
ask www.example.org. TXT +do +cd
      NOERROR
asked 6
ask www.example.org. TXT +ad
      NOERROR
      answer www.example.org. 30 IN TXT "one"
ask www.example.org. TXT
      NOERROR
      answer www.example.org. 30 IN TXT "one"
asked 6
)"},
      {.name = "AA and RA are those of the stored answer", .directive = "cache", .scenario = R"(
upstream
      NOERROR aa
      answer a.example.org. 30 IN A 192.0.2.1
ask a.example.org. A
      NOERROR aa
      answer a.example.org. 30 IN A 192.0.2.1
ask a.example.org. A
      NOERROR aa
      answer a.example.org. 30 IN A 192.0.2.1
asked 1
)"},
      {.name = "AD is for queries with DO or AD, on a miss and on a hit",
       .directive = "cache",
       .scenario = R"(
upstream
      NOERROR ad
      answer a.example.org. 30 IN A 192.0.2.1
ask a.example.org. A
      NOERROR
      answer a.example.org. 30 IN A 192.0.2.1
ask a.example.org. A +ad
      NOERROR ad
      answer a.example.org. 30 IN A 192.0.2.1
ask a.example.org. A
      NOERROR
      answer a.example.org. 30 IN A 192.0.2.1
asked 1
ask a.example.org. A +do
      NOERROR ad
      answer a.example.org. 30 IN A 192.0.2.1
ask a.example.org. A +do
      NOERROR ad
      answer a.example.org. 30 IN A 192.0.2.1
asked 2
ask b.example.org. A +ad
      NOERROR ad
      answer a.example.org. 30 IN A 192.0.2.1
)"},
      {.name = "another opcode passes, and is not counted", .directive = "cache", .scenario = R"(
upstream
      NOERROR
      answer example.org. 30 IN SOA ns. host. 1 2 3 4 5
ask example.org. SOA
      NOERROR
      answer example.org. 30 IN SOA ns. host. 1 2 3 4 5
ask example.org. SOA NOTIFY +ad
      NOERROR
      answer example.org. 30 IN SOA ns. host. 1 2 3 4 5
asked 2
count requests_total 1
)"},
  }));
  test::play(row);
}

#ifndef NDEBUG
TEST_CASE("records of a hit end with the worker's turn") {
  test::Bed bed("cache");
  bed.upstream->script = {"NOERROR", "answer www.example.org. 30 IN A 192.0.2.1"};
  for (int i = 0; i < 3; ++i) bed.ask({.name = "www.example.org."});
  CHECK(bed.upstream->asked == 1);
  // Their data alone: the owner is the question's, whose bytes are gone as well.
  const dns::Record record = bed.query.response().answer()[0];
  const auto read = [&record] { return std::vector(record.rdata.begin(), record.rdata.end()); };
  CHECK(catena::test::ends_by_signal(read, SIGSEGV));
}
#endif

TEST_CASE("a cache for some zones lets other names pass") {
  test::Bed bed("cache example.org");
  bed.upstream->script = {"NOERROR", "answer www.example.net. 30 IN A 192.0.2.1"};
  for (int i = 1; i <= 2; ++i) {
    bed.ask({.name = "www.example.net."});
    CHECK(bed.upstream->asked == i);
  }
  bed.upstream->script = {"NOERROR", "answer www.example.org. 30 IN A 192.0.2.1"};
  bed.ask({.name = "www.example.org."});
  bed.ask({.name = "www.example.org."});
  CHECK(bed.upstream->asked == 3);
  const std::string line =
      "coredns_cache_requests_total{server=\"dns://:53\",view=\"\",zones=\"example.org.\"} 2\n";
  CHECK(bed.parts.metrics.text().find(line) != std::string::npos);
}

TEST_CASE("a question from another block counts for the block's first listener") {
  test::Bed bed("cache", false);
  bed.ask({.name = "www.example.net."});
  const std::string line =
      "coredns_cache_requests_total{server=\"dns://:53\",view=\"\",zones=\".\"} 1\n";
  CHECK(bed.parts.metrics.text().find(line) != std::string::npos);
}

TEST_CASE("what is cached outlives a reload only if the block has not changed") {
  struct Case {
    const char* name;
    const char* before;
    const char* after;
    int asked;
  };
  const Case c = GENERATE(values<Case>({
      {"the same words", "cache forward", "cache forward", 0},
      {"other words", "cache forward", "cache hosts", 1},
      {"words that nobody told", "", "", 1},
  }));
  DYNAMIC_SECTION(c.name) {
    test::Bed bed("cache");
    bed.reload(c.before);
    bed.ask({.name = "www.example.net."});
    bed.reload(c.after);
    bed.ask({.name = "www.example.net."});
    CHECK(bed.upstream->asked == c.asked);
  }
}

}  // namespace
}  // namespace catena::cache
