// SPDX-License-Identifier: Apache-2.0
// Several threads.
#include "plugins/forward/testing.hpp"

#include <algorithm>

namespace catena::forward {
namespace {

using test::Act;
using test::FakeUpstream;

// All of them at once; true when each got the answer.
bool ask_many(Bed& bed, std::size_t count, Protocol protocol) {
  std::vector<Bed::Asked*> asked;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = "n" + std::to_string(i) + ".example.org.";
    asked.push_back(&bed.begin(name + " A", {}, protocol));
  }
  const auto done = [&asked] {
    return std::all_of(asked.begin(), asked.end(),
                       [](const Bed::Asked* one) { return one->done(); });
  };
  if (!bed.engine().run_until(done)) return false;
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = "n" + std::to_string(i) + ".example.org.";
    if (asked[i]->text() != "NOERROR aa ra | " + name + " 300 IN A 192.0.2.1") return false;
  }
  return true;
}

TEST_CASE("UDP ports are several, random and replaced") {
  const auto shared = shared_bed();
  FakeUpstream upstream(shared->engine.io(), {{Act::answer}});
  SECTION("a few ports for many questions") {
    Bed bed("forward . " + upstream.address(), shared);
    for (int i = 0; i < 200; ++i) REQUIRE(ask_many(bed, 1, Protocol::udp));
    CHECK(upstream.ports().size() == 8);
    CHECK(upstream.ids().size() > 190);
  }
  SECTION("one port each when expire is nothing") {
    Bed bed("forward . " + upstream.address() + " {\nexpire 0s\n}", shared);
    for (int i = 0; i < 20; ++i) REQUIRE(ask_many(bed, 1, Protocol::udp));
    CHECK(upstream.ports().size() >= 18);
  }
  SECTION("max_idle_conns is the number of ports") {
    Bed bed("forward . " + upstream.address() + " {\nmax_idle_conns 1\n}", shared);
    for (int i = 0; i < 1100; ++i) REQUIRE(ask_many(bed, 1, Protocol::udp));
    CHECK(upstream.ports().size() == 2);
  }
}

TEST_CASE("many questions at once find their own answers") {
  const auto shared = shared_bed();
  FakeUpstream upstream(shared->engine.io(), {{Act::answer}});
  Bed bed("forward . " + upstream.address() + " {\nmax_fails 0\nread_timeout 1s\n}", shared);
  SECTION("over UDP") { CHECK(ask_many(bed, 100, Protocol::udp)); }
  SECTION("over TCP, on few connections") {
    CHECK(ask_many(bed, 100, Protocol::tcp));
    CHECK(upstream.connections() == 2);
  }
}

TEST_CASE("TCP connections are used again") {
  const auto shared = shared_bed();
  FakeUpstream upstream(shared->engine.io(), {{Act::answer}});
  SECTION("one after the other on one connection") {
    Bed bed("forward . " + upstream.address(), shared);
    for (int i = 0; i < 5; ++i) REQUIRE(ask_many(bed, 1, Protocol::tcp));
    CHECK(upstream.connections() == 1);
    const std::string labels =
        "{proto=\"tcp\",proxy_name=\"forward\",to=\"" + upstream.address() + "\"} ";
    CHECK_THAT(bed.metrics(),
               Catch::Contains("coredns_proxy_conn_cache_hits_total" + labels + "4") &&
                   Catch::Contains("coredns_proxy_conn_cache_misses_total" + labels + "1"));
  }
  SECTION("not when expire is nothing") {
    Bed bed("forward . " + upstream.address() + " {\nexpire 0s\n}", shared);
    for (int i = 0; i < 5; ++i) REQUIRE(ask_many(bed, 1, Protocol::tcp));
    CHECK(upstream.connections() == 5);
  }
  SECTION("one that the server closed meanwhile costs nothing") {
    upstream.set_script({{Act::answer}, {Act::close}, {Act::answer}});
    Bed bed("forward . " + upstream.address() + " {\nmax_fails 0\nmax_connect_attempts 1\n}",
            shared);
    for (int i = 0; i < 2; ++i) REQUIRE(ask_many(bed, 1, Protocol::tcp));
    CHECK(upstream.connections() == 2);
  }
  SECTION("a server that answers one question a connection") {
    upstream.set_script({{Act::answer, Act::close}});
    Bed bed("forward . " + upstream.address() + " {\nmax_fails 0\nmax_connect_attempts 1\n}",
            shared);
    REQUIRE(ask_many(bed, 1, Protocol::tcp));
    REQUIRE(ask_many(bed, 10, Protocol::tcp));
  }
}

TEST_CASE("replies are timed by rcode") {
  const auto shared = shared_bed();
  FakeUpstream upstream(shared->engine.io(), {{Act::answer}, {Act::servfail}});
  Bed bed("forward . " + upstream.address(), shared);
  bed.ask("www.example.org. A");
  bed.ask("www.example.org. A");
  const auto count = [&](const char* rcode) {
    return "coredns_proxy_request_duration_seconds_count{proxy_name=\"forward\",rcode=\"" +
           std::string(rcode) + "\",to=\"" + upstream.address() + "\"} 1";
  };
  CHECK_THAT(bed.metrics(),
             Catch::Contains(count("NOERROR")) && Catch::Contains(count("SERVFAIL")));
}

// With every question dropped, probes are all that the upstream sees after the client's.
TEST_CASE("health checks begin with a failure and end with an answer") {
  const auto shared = shared_bed();
  FakeUpstream upstream(shared->engine.io(), {{Act::drop}});
  Bed bed("forward . " + upstream.address() +
              " {\nhealth_check 10ms no_rec domain probe.example.\nread_timeout 20ms\n"
              "max_connect_attempts 1\n}",
          shared);
  CHECK_THAT(bed.ask("www.example.org. A"), Catch::EndsWith("i/o timeout"));
  REQUIRE(bed.engine().run_until([&upstream] { return upstream.udp_questions() == 2; }));
  const test::DecodedMessage probe = test::decode(upstream.last());
  CHECK(probe.question == "probe.example. IN NS");
  CHECK(probe.flags.empty());
  upstream.set_script({{Act::refused}});
  REQUIRE(bed.engine().run_until([&upstream] { return upstream.udp_questions() == 3; }));
  upstream.set_script({{Act::answer}});
  CHECK(bed.ask("www.example.org. A") == "NOERROR aa ra | www.example.org. 300 IN A 192.0.2.1");
  CHECK(upstream.udp_questions() == 4);
}

// Refused at once by ICMP, so that failures need no time.
struct DeadUpstream {
  explicit DeadUpstream(const std::shared_ptr<Bed::Shared>& shared) {
    address = FakeUpstream(shared->engine.io(), {{Act::drop}}).address();
  }
  std::string failures(unsigned count) const {
    return "coredns_proxy_healthcheck_failures_total{proxy_name=\"forward\",to=\"" + address +
           "\"} " + std::to_string(count);
  }
  std::string address;
};

TEST_CASE("an upstream that fails max_fails + 1 probes is left out") {
  const auto shared = shared_bed();
  const DeadUpstream dead(shared);
  FakeUpstream good(shared->engine.io(), {{Act::answer}});
  Bed bed("forward . " + dead.address + " " + good.address() +
              " {\npolicy sequential\nhealth_check 10ms\n}",
          shared);
  auto& first = bed.begin("www.example.org. A");
  const auto probed = [&] {
    return bed.metrics().find(dead.failures(3)) != std::string::npos && first.done();
  };
  REQUIRE(bed.engine().run_until(probed));
  auto& second = bed.begin("www.example.org. A");
  REQUIRE(bed.engine().run_until([&second] { return second.done(); }));
  auto* metadata = bed.chain().with<MetadataSource>().front();
  CHECK(metadata->metadata(second.query, "forward/upstream") == good.address());
  CHECK_THAT(bed.metrics(), Catch::Contains("coredns_forward_healthcheck_broken_total 0"));
}

TEST_CASE("when all are down one is tried by chance, or none") {
  const auto shared = shared_bed();
  const DeadUpstream dead(shared);
  const bool failfast = GENERATE(false, true);
  Bed bed("forward . " + dead.address + " {\nmax_fails 1\nhealth_check 10ms\n" +
              (failfast ? "failfast_all_unhealthy_upstreams\n}" : "}"),
          shared);
  bed.ask("www.example.org. A");
  const auto down = [&] { return bed.metrics().find(dead.failures(2)) != std::string::npos; };
  REQUIRE(bed.engine().run_until(down));
  const std::string text = bed.ask("www.example.org. A");
  if (failfast) {
    CHECK(text == "SERVFAIL! no healthy proxies");
  } else {
    CHECK_THAT(text, Catch::EndsWith("connection refused"));
  }
  CHECK_THAT(bed.metrics(), Catch::Contains("coredns_forward_healthcheck_broken_total 1"));
}

TEST_CASE("health lives through a reload and somebody goes on probing") {
  const auto shared = shared_bed();
  FakeUpstream upstream(shared->engine.io(), {{Act::drop}});
  const std::string text = "forward . " + upstream.address() +
                           " {\nmax_fails 1\nhealth_check 10ms\nread_timeout 20ms\n"
                           "failfast_all_unhealthy_upstreams\n}";
  auto before = std::make_unique<Bed>(text, shared);
  Bed after(text, shared);
  before->start();
  after.start();
  const auto place = config::parse_endpoint(upstream.address(), 53);
  auto health = shared->parts.keeper.keep<client::Health>(
      HealthIdentity{*place, {}, {}, {}}, [] { return std::make_shared<client::Health>(); });
  health->failed();
  health->failed();
  CHECK(before->ask("www.example.org. A") == "SERVFAIL! no healthy proxies");
  before.reset();
  upstream.set_script({{Act::answer}});
  CHECK(after.ask("www.example.org. A") == "SERVFAIL! no healthy proxies");
  REQUIRE(after.engine().run_until([&health] { return health->fails() == 0; }));
  CHECK_THAT(after.ask("www.example.org. A"), Catch::StartsWith("NOERROR"));
}

TEST_CASE("leaving ends what is under way") {
  const auto shared = shared_bed();
  FakeUpstream upstream(shared->engine.io(), {{Act::drop}});
  const Protocol protocol = GENERATE(Protocol::udp, Protocol::tcp);
  Bed bed("forward . " + upstream.address() + " {\nread_timeout 1h\nmax_connect_attempts 1\n}",
          shared);
  auto& asked = bed.begin("www.example.org. A", {}, protocol);
  const auto seen = [&upstream] {
    return upstream.udp_questions() + upstream.tcp_questions() != 0;
  };
  REQUIRE(bed.engine().run_until(seen));
  bed.stop();
  REQUIRE(bed.engine().run_until([&asked] { return asked.done(); }));
  CHECK_THAT(asked.text(), Catch::StartsWith("SERVFAIL!"));
}

TEST_CASE("host names are looked up at the start") {
  const auto shared = shared_bed();
  // The resolver runs on a thread of its own: Bed::start() waits for it.
  boost::asio::io_context io;
  FakeUpstream resolver(io, {{Act::answer}});
  std::thread thread([&io] { io.run_for(std::chrono::seconds(20)); });
  SECTION("through `resolver`") {
    Bed bed("forward . dns.example {\nresolver " + resolver.address() + "\n}", shared);
    bed.start();
    auto& asked = bed.begin("www.example.org. A");
    auto* metadata = bed.chain().with<MetadataSource>().front();
    bed.engine().run_until([&] { return asked.done(); }, std::chrono::milliseconds(20));
    CHECK(metadata->metadata(asked.query, "forward/upstream") == "192.0.2.1:53");
  }
  SECTION("the absolute name is what cannot be resolved") {
    boost::asio::post(io, [&resolver] { resolver.set_script({{Act::nodata}}); });
    Bed bed("forward . dns.example {\nresolver " + resolver.address() + "\n}", shared);
    CHECK_THROWS_WITH(bed.start(),
                      "plugin/forward: failed to resolve \"dns.example\": lookup dns.example.: no "
                      "such host");
  }
  io.stop();
  thread.join();
}

}  // namespace
}  // namespace catena::forward
