// SPDX-License-Identifier: Apache-2.0
#include "plugins/cache/scenario.hpp"

namespace catena::cache {
namespace {

using test::Row;

TEST_CASE("prefetch") {
  const Row row = GENERATE(values<Row>({
      {.name = "a popular answer is asked for again in its last tenth",
       .directive = "cache {\nprefetch 2\n}",
       .scenario = R"(
upstream
      NOERROR
      answer www.example.org. 95 IN A 192.0.2.1
ask www.example.org. A
      NOERROR
      answer www.example.org. 95 IN A 192.0.2.1
upstream
      NOERROR
      answer www.example.org. 95 IN A 192.0.2.2
after 84s
ask www.example.org. A
      NOERROR
      answer www.example.org. 11 IN A 192.0.2.1
ask www.example.org. A
      NOERROR
      answer www.example.org. 11 IN A 192.0.2.1
asked 1
after 1s
ask www.example.org. A
      NOERROR
      answer www.example.org. 10 IN A 192.0.2.1
asked 2
count prefetch_total 1
ask www.example.org. A
      NOERROR
      answer www.example.org. 95 IN A 192.0.2.2
)"},
      {.name = "hits with a longer pause between them do not add up",
       .directive = "cache {\nprefetch 2 10s 90%\n}",
       .scenario = R"(
upstream
      NOERROR
      answer www.example.org. 100 IN A 192.0.2.1
ask www.example.org. A
      NOERROR
      answer www.example.org. 100 IN A 192.0.2.1
after 20s
ask www.example.org. A
      NOERROR
      answer www.example.org. 80 IN A 192.0.2.1
after 11s
ask www.example.org. A
      NOERROR
      answer www.example.org. 69 IN A 192.0.2.1
asked 1
after 10s
ask www.example.org. A
      NOERROR
      answer www.example.org. 59 IN A 192.0.2.1
asked 2
)"},
      {.name = "one refresh of an entry at a time, and its hits go on to the new entry",
       .directive = "cache {\nprefetch 2 1m 90%\n}",
       .scenario = R"(
upstream
      NOERROR
      answer www.example.org. 100 IN A 192.0.2.1
background later
ask www.example.org. A
      NOERROR
      answer www.example.org. 100 IN A 192.0.2.1
after 20s
ask www.example.org. A
      NOERROR
      answer www.example.org. 80 IN A 192.0.2.1
ask www.example.org. A
      NOERROR
      answer www.example.org. 80 IN A 192.0.2.1
ask www.example.org. A
      NOERROR
      answer www.example.org. 80 IN A 192.0.2.1
count prefetch_total 1
run
asked 2
after 10s
ask www.example.org. A
      NOERROR
      answer www.example.org. 90 IN A 192.0.2.1
count prefetch_total 2
)"},
      {.name = "a refresh that the engine refuses is tried again and not counted",
       .directive = "cache {\nprefetch 1 1m 90%\n}",
       .scenario = R"(
upstream
      NOERROR
      answer www.example.org. 100 IN A 192.0.2.1
ask www.example.org. A
      NOERROR
      answer www.example.org. 100 IN A 192.0.2.1
after 20s
background refuse
ask www.example.org. A
      NOERROR
      answer www.example.org. 80 IN A 192.0.2.1
count prefetch_total 0
background now
ask www.example.org. A
      NOERROR
      answer www.example.org. 80 IN A 192.0.2.1
count prefetch_total 1
)"},
      {.name = "a refresh that fails leaves the answer alone",
       .directive = "cache {\nprefetch 1 1m 90%\n}",
       .scenario = R"(
upstream
      NOERROR
      answer www.example.org. 100 IN A 192.0.2.1
ask www.example.org. A
      NOERROR
      answer www.example.org. 100 IN A 192.0.2.1
after 20s
upstream
      SERVFAIL
ask www.example.org. A
      NOERROR
      answer www.example.org. 80 IN A 192.0.2.1
ask www.example.org. A
      NOERROR
      answer www.example.org. 80 IN A 192.0.2.1
asked 3
)"},
      {.name = "a refreshed denial that has become a success is a success",
       .directive = "cache {\nprefetch 1 1m 90%\n}",
       .scenario = R"(
upstream
      NXDOMAIN
      authority example.org. 100 IN SOA n. h. 1 2 3 4 5
ask www.example.org. A
      NXDOMAIN
      authority example.org. 100 IN SOA n. h. 1 2 3 4 5
after 20s
upstream
      NOERROR
      answer www.example.org. 100 IN A 192.0.2.1
ask www.example.org. A
      NXDOMAIN
      authority example.org. 80 IN SOA n. h. 1 2 3 4 5
ask www.example.org. A
      NOERROR
      answer www.example.org. 100 IN A 192.0.2.1
count entries denial 0
)"},
      {.name = "no prefetch unless it was asked for", .directive = "cache", .scenario = R"(
upstream
      NOERROR
      answer www.example.org. 10 IN A 192.0.2.1
ask www.example.org. A
      NOERROR
      answer www.example.org. 10 IN A 192.0.2.1
after 9s
ask www.example.org. A
      NOERROR
      answer www.example.org. 1 IN A 192.0.2.1
asked 1
)"},
  }));
  test::play(row);
}

// An answer of 10 s that is 20 s old, and an upstream that would say something else.
std::string stale_start(const std::string& upstream) {
  return R"(
upstream
      NOERROR
      answer www.example.org. 10 IN A 192.0.2.1
ask www.example.org. A
      NOERROR
      answer www.example.org. 10 IN A 192.0.2.1
after 20s
upstream)" +
         std::string("\n      ") + upstream + "\n";
}

constexpr const char* kNew = "NOERROR\n      answer www.example.org. 10 IN A 192.0.2.2";
const std::string kAskOld = R"(
ask www.example.org. A
      NOERROR
      answer www.example.org. 0 IN A 192.0.2.1
)";
const std::string kAskGone = R"(
ask www.example.org. A
      NXDOMAIN
)";
const std::string kAskNew = R"(
ask www.example.org. A
      NOERROR
      answer www.example.org. 10 IN A 192.0.2.2
)";

struct Stale {
  const char* name;
  const char* option;
  std::string upstream;
  std::string then;
};

void play(const Stale& row) {
  const std::string directive = std::string("cache {\n") + row.option + "\n}";
  const std::string scenario = stale_start(row.upstream) + row.then;
  test::play({.name = row.name, .directive = directive.c_str(), .scenario = scenario.c_str()});
}

TEST_CASE("stale answers at once") {
  const Stale row = GENERATE(values<Stale>({
      {"the old answer with TTL 0, then the new one", "serve_stale", kNew,
       kAskOld + "asked 2\n" + kAskNew + "asked 2\ncount served_stale_total 1\n" +
           "count prefetch_total 1\ncount hits_total success 2\n"},
      {"`serve_stale 0` gives nothing stale", "serve_stale 0", kNew, kAskNew},
      {"up to DURATION", "serve_stale 12s", kNew, "after 1s" + kAskOld},
      {"not from DURATION on", "serve_stale 12s", kNew, "after 2s" + kAskNew},
      {"with RESPONSE_TTL", "serve_stale 1h immediate 30s", kNew, R"(
ask www.example.org. A
      NOERROR
      answer www.example.org. 30 IN A 192.0.2.1
)"},
      {"one refresh at a time", "serve_stale", kNew,
       "background later" + kAskOld + kAskOld + "run\nasked 2" + kAskNew},
      {"a refresh without end is given up after half a minute", "serve_stale", kNew,
       "background later" + kAskOld + "after 29s" + kAskOld + "count prefetch_total 1\nafter 1s" +
           kAskOld + "count prefetch_total 2\n"},
      {"SERVFAIL from upstream leaves the old answer", "serve_stale", "SERVFAIL",
       kAskOld + kAskOld + "asked 3\ncount entries denial 0\n"},
      {"a failure leaves the old answer", "serve_stale", "FAIL SERVFAIL unreachable",
       kAskOld + kAskOld + "asked 3\ncount entries denial 0\n"},
      {"no new attempt before FAILURE_RECHECK", "serve_stale 1h immediate 0 30s", "SERVFAIL",
       kAskOld + kAskOld + "asked 2\nafter 29s" + kAskOld + "asked 2\nafter 1s" + kAskOld +
           "asked 3\n"},
      {"NXDOMAIN from upstream takes over", "serve_stale",
       "NXDOMAIN\n      authority example.org. 60 IN SOA n. h. 1 2 3 4 5", kAskOld + R"(
ask www.example.org. A
      NXDOMAIN
      authority example.org. 60 IN SOA n. h. 1 2 3 4 5
)"},
      {"NXDOMAIN without SOA takes the old answer away", "serve_stale", "NXDOMAIN",
       kAskOld + kAskGone + "count misses_total 2\n"},
      {"what is not to be stored takes the old answer away", "serve_stale\ndisable denial",
       "NXDOMAIN\n      authority example.org. 60 IN SOA n. h. 1 2 3 4 5", kAskOld + R"(
ask www.example.org. A
      NXDOMAIN
      authority example.org. 60 IN SOA n. h. 1 2 3 4 5
count misses_total 2
)"},
      {"the client's own OPT and DO make another entry", "serve_stale", kNew, R"(
ask www.example.org. A +do
      NOERROR
      answer www.example.org. 10 IN A 192.0.2.2
count served_stale_total 0
)"},
  }));
  play(row);
}

TEST_CASE("stale answers after verification") {
  const std::string nxdomain = "NXDOMAIN\n      authority example.org. 60 IN SOA n. h. 1 2 3 4 5";
  const Stale row = GENERATE_COPY(values<Stale>({
      {"the new answer if there is one", "serve_stale 1h verify", kNew,
       kAskNew + "asked 2" + kAskNew + "asked 2\ncount served_stale_total 0\n"},
      {"also when it takes a while", "serve_stale 1h verify", std::string("wait\n      ") + kNew,
       kAskNew + kAskNew + "asked 2\n"},
      {"NXDOMAIN is a new answer", "serve_stale 1h verify", nxdomain,
       "ask www.example.org. A\n      NXDOMAIN\n      authority example.org. 60 IN SOA n. h. 1 2 3 "
       "4 "
       "5\n"},
      {"SERVFAIL is none", "serve_stale 1h verify", "SERVFAIL",
       kAskOld + "count served_stale_total 1\ncount entries denial 0\n"},
      {"REFUSED is none", "serve_stale 1h verify", "REFUSED", kAskOld},
      {"a failure is none and is not cached", "serve_stale 1h verify", "FAIL SERVFAIL unreachable",
       kAskOld + "count entries denial 0\n"},
      {"a late failure is none", "serve_stale 1h verify", "wait\n      FAIL SERVFAIL unreachable",
       kAskOld},
      {"a truncated answer is none", "serve_stale 1h verify",
       "NOERROR tc\n      answer www.example.org. 10 IN A 192.0.2.2", kAskOld},
      {"NXDOMAIN without SOA is the answer though it is not kept: a name that was deleted stayed",
       "serve_stale 1h verify", "NXDOMAIN", kAskGone + kAskGone + "asked 3\n"},
      {"NXDOMAIN behind an alias is one", "serve_stale 1h verify",
       "NXDOMAIN\n      answer www.example.org. 60 IN CNAME gone.example.org.",
       "ask www.example.org. A\n      NXDOMAIN\n      answer www.example.org. 5 IN CNAME "
       "gone.example.org.\n"},
      {"an alias that leads on is one", "serve_stale 1h verify",
       "NOERROR\n      answer www.example.org. 60 IN CNAME new.example.org.",
       "ask www.example.org. A\n      NOERROR\n      answer www.example.org. 60 IN CNAME "
       "new.example.org.\n"},
      {"an answer that may not be kept at all is one", "serve_stale 1h verify\nsuccess 1000 3600 0",
       "NOERROR\n      answer www.example.org. 0 IN A 192.0.2.2",
       "ask www.example.org. A\n      NOERROR\n      answer www.example.org. 0 IN A 192.0.2.2\n"
       "count entries success 1\nask www.example.org. A\n      NOERROR\n"
       "      answer www.example.org. 0 IN A 192.0.2.2\ncount misses_total 2\n"},
      {"an answer about another name is none", "serve_stale 1h verify",
       "NOERROR\n      answer other.example.org. 60 IN A 192.0.2.2", kAskOld},
      {"aliases in a circle are none", "serve_stale 1h verify",
       "NOERROR\n      answer www.example.org. 60 IN CNAME www.example.org.", kAskOld},
      {"an answer that could not be said whole is none", "serve_stale 1h verify",
       "NOERROR spoiled\n      answer www.example.org. 10 IN A 192.0.2.2", kAskOld},
      {"NOTIMP is none", "serve_stale 1h verify", "NOTIMP", kAskOld},
      {"FORMERR is none", "serve_stale 1h verify", "FORMERR", kAskOld},
      {"a truncated NXDOMAIN is none", "serve_stale 1h verify", "NXDOMAIN tc", kAskOld},
      {"no answer is none", "serve_stale 1h verify", "DROP", kAskOld},
      {"every query asks upstream", "serve_stale 1h verify", "SERVFAIL",
       kAskOld + kAskOld + kAskOld + "asked 4\n"},
      {"unless FAILURE_RECHECK is not over", "serve_stale 1h verify 0 0 10s", "SERVFAIL",
       kAskOld + kAskOld + "asked 2\nafter 10s" + kAskOld + "asked 3\n"},
      {"the mode's name in any letter case, with RESPONSE_TTL", "serve_stale 1h VERIFY 0 7s",
       "SERVFAIL",
       "ask www.example.org. A\n      NOERROR\n      answer www.example.org. 7 IN A "
       "192.0.2.1\n"},
      {"in time, at once", "serve_stale 1h verify 10s", kNew, kAskNew + "asked 2\n"},
      {"in time, after a while", "serve_stale 1h verify 10s", kNew,
       "background soon" + kAskNew + "asked 2\ncount served_stale_total 0\n"},
      {"in time, but no new answer", "serve_stale 1h verify 10s", "SERVFAIL",
       "background soon" + kAskOld + "count served_stale_total 1\n"},
      {"in time, but not to be kept", "serve_stale 1h verify 10s", "NXDOMAIN",
       "background soon" + kAskGone + kAskGone + "asked 3\ncount served_stale_total 0\n"},
      {"the old answer once there is reason to doubt, and the question goes on",
       "serve_stale 1h verify", std::string("doubt\n      ") + kNew,
       kAskOld + "asked 2\ncount served_stale_total 1" + kAskNew + "asked 2\n"},
      {"an upstream that says nothing, as long as queries wait for others", "serve_stale 1h verify",
       "never", kAskOld + "asked 2\n"},
      {"an upstream that throws", "serve_stale 1h verify", "throw", kAskOld + "asked 2\n"},
      {"too late, and the refresh goes on", "serve_stale 1h verify 1ms", kNew,
       "background later" + kAskOld + "run\nasked 2" + kAskNew + "asked 2\n"},
      {"while one is verified the others have the old answer", "serve_stale 1h verify 1ms", kNew,
       "background later" + kAskOld + kAskOld + "run\nasked 2\n"},
      {"an engine that refuses", "serve_stale 1h verify 10s", kNew,
       "background refuse" + kAskOld + "asked 1\n"},
  }));
  play(row);
}

TEST_CASE("no failure is given once its time is over") {
  const std::string failure = GENERATE("SERVFAIL", "NOTIMP", "FAIL SERVFAIL unreachable");
  const std::string mode = GENERATE("immediate", "verify", "verify 10s");
  const std::string kept = failure == "NOTIMP" ? "NOTIMP" : "SERVFAIL";
  const std::string directive = "cache {\nserve_stale 1h " + mode + "\n}";
  const std::string scenario = "upstream\n      " + failure + "\nask www.example.org. A\n      " +
                               failure + "\nask www.example.org. A\n      " + kept +
                               "\nasked 1\nafter 5s\nupstream\n      " + kNew + kAskNew +
                               "asked 2\ncount served_stale_total 0\n";
  test::play({.name = "a stale SERVFAIL was served for an hour",
              .directive = directive.c_str(),
              .scenario = scenario.c_str()});
}

TEST_CASE("prefer_positive") {
  const std::string nxdomain = "NXDOMAIN\n      authority example.org. 60 IN SOA n. h. 1 2 3 4 5";
  const std::string empty = "NOERROR";
  const Stale row = GENERATE_COPY(values<Stale>({
      {"NXDOMAIN is stored, the old answer is given",
       "serve_stale 1h verify\nserve_stale_policy prefer_positive", nxdomain,
       kAskOld + "count entries denial 1\n" + kAskOld + "asked 3\n"},
      {"the same at once", "serve_stale 1h\nserve_stale_policy PREFER_positive", nxdomain,
       kAskOld + kAskOld + "count entries denial 1\n"},
      {"an empty success is stored beside the old answer",
       "serve_stale 1h verify\nserve_stale_policy prefer_positive", empty,
       kAskOld + "count entries success 2\n" + kAskOld},
      {"a new positive answer takes over, and the denial goes",
       "serve_stale 1h verify\nserve_stale_policy prefer_positive", nxdomain,
       kAskOld + "upstream\n      " + kNew + kAskNew + "count entries denial 0\n"},
      {"the denial counts once the old answer is of no use",
       "serve_stale 1h verify\nserve_stale_policy prefer_positive", nxdomain,
       "after 3571s" + kAskOld + "after 19s\n" + R"(
ask www.example.org. A
      NXDOMAIN
      authority example.org. 41 IN SOA n. h. 1 2 3 4 5
)"},
      {"the empty success too", "serve_stale 1h verify\nserve_stale_policy prefer_positive", empty,
       "after 3571s" + kAskOld + "after 4s" + kAskOld +
           "after 15s\nasked 3\n"
           "ask www.example.org. A\n      NOERROR\n"},
  }));
  play(row);
}

TEST_CASE("who verifies asks as its client, other refreshes as nobody") {
  const bool verify = GENERATE(true, false);
  test::Bed bed(verify ? "cache {\nserve_stale 1h verify\n}" : "cache {\nserve_stale\n}");
  bed.upstream->script = {"NOERROR", "answer www.example.org. 10 IN A 192.0.2.1"};
  bed.ask({.name = "www.example.org."});
  bed.engine.time.advance(std::chrono::seconds(20));
  bed.ask({.name = "www.example.org."});
  REQUIRE(bed.engine.errands.size() == 1);
  CHECK(bed.engine.errands.front() == (verify ? Errand::As::client : Errand::As::nobody));
}

TEST_CASE("a SERVFAIL that is cached yields to a success that is of use") {
  test::Bed bed("cache");
  bed.upstream->script = {"wait", "FAIL SERVFAIL late"};
  const test::Ask question{.name = "www.example.org."};
  const auto bytes = question.bytes();
  Query slow(bed.engine);
  slow.begin(*dns::MessageView::parse(bytes), bed.transport, bed.engine.time.now());
  Reply reply = bed.chain.first()(slow);
  REQUIRE_FALSE(reply.ready());
  asio::co_spawn(bed.engine.io, std::move(reply).wait(), [](std::exception_ptr, Outcome) {});
  bed.engine.io.poll_one();
  bed.upstream->script = {"NOERROR", "answer www.example.org. 60 IN A 192.0.2.1"};
  // Another worker would ask for itself as well, as a question inside the server does.
  Query other(bed.engine);
  other.begin_like(slow, slow.question());
  CHECK(bed.chain.first()(other).ready());
  bed.engine.settle();
  CHECK(slow.failed());
  CHECK(bed.ask(question)->front() == "NOERROR");
  bed.engine.time.advance(std::chrono::seconds(4));
  CHECK(bed.ask(question)->front() == "NOERROR");
  CHECK(bed.upstream->asked == 2);
}

}  // namespace
}  // namespace catena::cache
