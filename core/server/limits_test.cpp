// SPDX-License-Identifier: Apache-2.0
// Several threads.
// What becomes of clients when memory, connections or descriptors are short.
#include "core/server/testing.hpp"

#include <catch2/catch.hpp>

#include <poll.h>

namespace catena::server {
namespace {

using catena::test::decode;
using catena::test::query_bytes;
using test::Bytes;
using test::eventually;
using test::framed;
using test::Running;
using test::TcpClient;
using test::UdpClient;

const char* const kWaiting = ". {\n bind 127.0.0.1\n wait\n answer 1\n}\n";
constexpr const char* kHere = "127.0.0.1";
constexpr const char* kGreedy = "127.0.0.3";
constexpr const char* kModest = "127.0.0.2";

ServerLimits memory_of(std::size_t bytes) {
  ServerLimits limits;
  limits.memory.by_default = bytes;
  return limits;
}

std::uint64_t refused(Running& running, const char* reason) {
  return running.counted("catena_refused_total", {{"reason", reason}});
}

TEST_CASE("a query that there is no memory for is refused, and told why", "[limits]") {
  Running running(kWaiting, memory_of(64 * 1024));
  UdpClient client(running.port());
  for (std::uint16_t id = 1; id <= 100; ++id) {
    client.send(query_bytes("a.wait. A", {.id = id, .edns_size = 1232}));
  }
  const auto answer = decode(client.receive());
  CHECK(answer.rcode == "REFUSED");
  REQUIRE(answer.edns);
  REQUIRE(answer.edns->options.size() == 1);
  CHECK(answer.edns->options[0].starts_with("15 0000"));
  CHECK(refused(running, "new_query") > 0);
  UdpClient(running.port()).ask("a.release. A");
  for (int i = 1; i < 100; ++i) CHECK_FALSE(client.receive().empty());
}

TEST_CASE("whoever has most waiting queries loses the oldest to others", "[limits]") {
  Running running(kWaiting, memory_of(128 * 1024));
  UdpClient greedy(running.port(), kHere, kGreedy);
  for (std::uint16_t id = 1; id <= 100; ++id) {
    greedy.send(query_bytes("a.wait. A", {.id = id, .edns_size = 1232}));
  }
  while (decode(greedy.receive()).id != 100) continue;
  UdpClient modest(running.port(), kHere, kModest);
  modest.send(query_bytes("b.wait. A", {.id = 7}));
  const auto given_up = decode(greedy.receive());
  CHECK(given_up.id == 1);
  CHECK(given_up.rcode == "REFUSED");
  CHECK(refused(running, "waiting_query") == 1);
  UdpClient(running.port()).ask("a.release. A");
  CHECK(decode(modest.receive()).rcode == "NOERROR");
}

TEST_CASE("unfinished messages make room, the oldest first", "[limits]") {
  Running running(kWaiting, memory_of(256 * 1024));
  std::vector<TcpClient> greedy;
  Bytes beginning{0xff, 0xff};
  beginning.resize(60000);
  for (int i = 0; i < 5; ++i) {
    greedy.emplace_back(running.port(), kHere, kGreedy).send_raw(beginning);
  }
  CHECK(eventually([&] { return refused(running, "unfinished_message") > 0; }));
  CHECK(greedy.front().closed());
  TcpClient modest(running.port(), kHere, kModest);
  CHECK(modest.ask("a.example. A").rcode == "NOERROR");
}

TEST_CASE("clients that take no answers make room", "[limits]") {
  Running running(". {\n bind 127.0.0.1\n transfer\n answer 1\n}\n", memory_of(512 * 1024));
  std::vector<TcpClient> greedy;
  Bytes questions;
  for (int i = 0; i < 1000; ++i) {
    const Bytes one = framed(query_bytes("a. AXFR"));
    questions.insert(questions.end(), one.begin(), one.end());
  }
  for (int i = 0; i < 8; ++i) {
    greedy.emplace_back(running.port(), kHere, kGreedy).send_raw(questions);
  }
  CHECK(eventually([&] { return refused(running, "unread_answers") > 0; }));
  TcpClient modest(running.port(), kHere, kModest);
  CHECK(modest.ask("a.example. A").rcode == "NOERROR");
}

TEST_CASE("idle connections make room for others", "[limits]") {
  Running running(kWaiting, memory_of(256 * 1024));
  std::vector<TcpClient> greedy;
  for (int i = 0; i < 30; ++i) greedy.emplace_back(running.port(), kHere, kGreedy);
  CHECK(eventually([&] { return refused(running, "idle_connection") >= 10; }));
  CHECK(greedy.front().closed());
  TcpClient modest(running.port(), kHere, kModest);
  CHECK(modest.ask("a.example. A").rcode == "NOERROR");
}

TEST_CASE("the last descriptors are not for clients", "[limits]") {
  ServerLimits limits;
  limits.descriptors = {0};
  Running running(kWaiting, limits);
  TcpClient client(running.port());
  CHECK(client.closed());
  CHECK(refused(running, "descriptors") == 1);
  CHECK(UdpClient(running.port()).ask("a.example. A").rcode == "NOERROR");
}

TEST_CASE("nothing counts any more when everybody has gone", "[limits]") {
  Running running(kWaiting, memory_of(256 * 1024));
  {
    TcpClient tcp(running.port());
    UdpClient udp(running.port());
    tcp.send(query_bytes("a.wait. A"));
    udp.send(query_bytes("b.wait. A"));
    CHECK(eventually([&] {
      return running.household.metrics.text().find("catena_memory_used_bytes 0\n") ==
             std::string::npos;
    }));
    // Either may arrive behind the first release.
    CHECK(eventually([&] {
      UdpClient(running.port()).ask("a.release. A");
      pollfd both[] = {{tcp.descriptor(), POLLIN, 0}, {udp.descriptor(), POLLIN, 0}};
      return ::poll(both, 2, 0) == 2;
    }));
    CHECK_FALSE(udp.receive().empty());
    CHECK(tcp.receive());
  }
  CHECK(eventually([&] {
    return running.household.metrics.text().find("catena_memory_used_bytes 0\n") !=
           std::string::npos;
  }));
}

}  // namespace
}  // namespace catena::server
