// SPDX-License-Identifier: Apache-2.0
// Several threads.
#include "core/server/server.hpp"
#include "core/server/testing.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <thread>

namespace catena::server {
namespace {

using catena::test::is_records;
using catena::test::query_bytes;
using test::Running;
using test::Seen;
using test::TcpClient;
using test::UdpClient;

// What went wrong; "" when nothing did.
std::string reload(Running& running, const std::string& corefile) {
  const Result<void> done =
      test::reload(running.server, test::configuration_of(corefile, running.household));
  return done ? "" : done.error().text;
}

const char* const kFirst = ". {\n bind 127.0.0.1\n answer 1\n}\n";
const char* const kSecond = ". {\n bind 127.0.0.1\n answer 2\n}\n";

TEST_CASE("a reload changes the answers and closes nothing", "[server][reload]") {
  Running running(kFirst);
  UdpClient udp(running.port());
  TcpClient tcp(running.port());
  CHECK_THAT(tcp.ask("a. A").answer, is_records("a. 300 IN A 192.0.2.1"));
  const std::uint16_t port = running.port();
  REQUIRE(reload(running, kSecond).empty());
  CHECK(running.port() == port);
  CHECK_THAT(udp.ask("a. A").answer, is_records("a. 300 IN A 192.0.2.2"));
  CHECK_THAT(tcp.ask("a. A").answer, is_records("a. 300 IN A 192.0.2.2"));
}

TEST_CASE("a listener that goes is closed with its connections, a new one opened",
          "[server][reload]") {
  Running running(". {\n bind 127.0.0.1 127.0.0.2\n answer 1\n}\n");
  TcpClient going(running.port(0), "127.0.0.1");
  CHECK(going.ask("a. A").rcode == "NOERROR");
  const std::uint16_t staying = running.port(1);
  REQUIRE(reload(running, ". {\n bind 127.0.0.2 127.0.0.3\n answer 2\n}\n").empty());
  CHECK(going.closed());
  CHECK(running.port(0) == staying);
  for (std::size_t i = 0; i < 2; ++i) {
    UdpClient client(running.port(i), i == 0 ? "127.0.0.2" : "127.0.0.3");
    CHECK_THAT(client.ask("a. A").answer, is_records("a. 300 IN A 192.0.2.2"));
  }
}

TEST_CASE("a query that waits ends with the configuration that it came with", "[server][reload]") {
  ServerLimits limits;
  limits.drain = std::chrono::milliseconds(50);
  Running running(". {\n bind 127.0.0.1\n wait\n answer 1\n}\n", limits);
  UdpClient udp(running.port());
  TcpClient tcp(running.port());
  udp.send(query_bytes("a.wait. A", {.id = 1}));
  tcp.send(query_bytes("b.wait. A", {.id = 2}));
  UdpClient other(running.port());
  CHECK(other.ask("a.example. A").rcode == "NOERROR");
  CHECK(tcp.ask("c.example. A").rcode == "NOERROR");
  REQUIRE(reload(running, kSecond).empty());
  CHECK_THAT(catena::test::decode(udp.receive()).answer, is_records("a.wait. 300 IN A 192.0.2.1"));
  CHECK_THAT(catena::test::decode(tcp.receive().value()).answer,
             is_records("b.wait. 300 IN A 192.0.2.1"));
  CHECK_THAT(other.ask("a.example. A").answer, is_records("a.example. 300 IN A 192.0.2.2"));
}

TEST_CASE("plugins start before the old ones stop, and enter before the old ones leave",
          "[server][reload]") {
  Seen::clear();
  {
    Running running(". {\n bind 127.0.0.1\n worker one\n answer 1\n}\n");
    CHECK(UdpClient(running.port()).ask("a. A").rcode == "NOERROR");
    REQUIRE(reload(running, ". {\n bind 127.0.0.1\n worker two\n answer 2\n}\n").empty());
  }
  CHECK(Seen::started_and_stopped() ==
        "start one, enter 1, start two, enter 1, leave 1, stop one, leave 1, stop two");
}

TEST_CASE("what goes wrong in a reload leaves everything as it was", "[server][reload]") {
  Seen::clear();
  Running running(kFirst);
  const std::string broken =
      ". {\n bind 127.0.0.1\n worker two\n}\nb {\n bind 127.0.0.1\n worker broken\n answer 2\n}\n";
  CHECK(reload(running, broken) == "this plugin never starts");
  CHECK(Seen::started_and_stopped() == "start two, stop two");
  const std::string elsewhere = ". {\n bind 192.0.2.77\n worker three\n answer 2\n}\n";
  CHECK(reload(running, elsewhere).find("192.0.2.77") != std::string::npos);
  UdpClient client(running.port());
  CHECK_THAT(client.ask("a. A").answer, is_records("a. 300 IN A 192.0.2.1"));
  REQUIRE(reload(running, kSecond).empty());
  CHECK_THAT(client.ask("a. A").answer, is_records("a. 300 IN A 192.0.2.2"));
}

TEST_CASE("reloads under load lose nothing", "[server][reload]") {
  ServerLimits limits;
  limits.workers = 2;
  Running running(kFirst, limits);
  std::atomic<int> answered{0};
  std::atomic<int> lost{0};
  std::jthread load([&, port = running.port()](const std::stop_token& over) {
    TcpClient tcp(port);
    UdpClient udp(port);
    while (!over.stop_requested()) {
      const bool both = udp.ask("a. A").rcode == "NOERROR" && tcp.ask("a. A").rcode == "NOERROR";
      ++(both ? answered : lost);
    }
  });
  for (int i = 0; i < 50; ++i) REQUIRE(reload(running, i % 2 == 0 ? kSecond : kFirst).empty());
  load.request_stop();
  load.join();
  CHECK(answered > 0);
  CHECK(lost == 0);
}

}  // namespace
}  // namespace catena::server
