// SPDX-License-Identifier: Apache-2.0
// Several threads.
#include "core/server/tcp.hpp"

#include "core/server/testing.hpp"

#include <catch2/catch.hpp>

#include <poll.h>
#include <set>

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

Bytes many(std::uint16_t count, const std::string& question) {
  Bytes bytes;
  for (std::uint16_t id = 1; id <= count; ++id) {
    const Bytes one = framed(query_bytes(question, {.id = id}));
    bytes.insert(bytes.end(), one.begin(), one.end());
  }
  return bytes;
}

TEST_CASE("queries in one piece are all answered, in order", "[tcp]") {
  Running running(kWaiting);
  TcpClient client(running.port());
  client.send_raw(many(1000, "a.example. A"));
  for (std::uint16_t id = 1; id <= 1000; ++id) {
    const auto reply = client.receive();
    REQUIRE(reply);
    CHECK(decode(*reply).id == id);
  }
}

TEST_CASE("a query in single bytes is answered", "[tcp]") {
  Running running(kWaiting);
  TcpClient client(running.port());
  for (const std::uint8_t byte : framed(query_bytes("a.example. A"))) client.send_raw({byte});
  CHECK(decode(client.receive().value()).rcode == "NOERROR");
}

// One packet could end the process: such a query was answered from inside of the loop over the
// bytes it lay in, which then began anew, with the same query.
TEST_CASE("a query that is done without a wait is answered once, in however many pieces", "[tcp]") {
  Running running(". {\n bind 127.0.0.1\n ask b.example.\n answer 1\n}\n");
  TcpClient client(running.port());
  const Bytes whole = many(3, "a.ask. A");
  const std::size_t size = whole.size() / 3;
  for (std::size_t rest = 1; rest < size; ++rest) {
    // The first answer says that the server has read what it came with.
    const auto cut = whole.begin() + static_cast<std::ptrdiff_t>(size + rest);
    client.send_raw(Bytes(whole.begin(), cut));
    REQUIRE(decode(client.receive().value()).id == 1);
    client.send_raw(Bytes(cut, whole.end()));
    REQUIRE(decode(client.receive().value()).id == 2);
    REQUIRE(decode(client.receive().value()).id == 3);
  }
  CHECK(client.ask("a.example. A", {.id = 9}).id == 9);
}

TEST_CASE("answers overtake those that wait", "[tcp]") {
  Running running(kWaiting);
  TcpClient client(running.port());
  client.send(query_bytes("a.wait. A", {.id = 1}));
  client.send(query_bytes("a.example. A", {.id = 2}));
  CHECK(decode(client.receive().value()).id == 2);
  client.send(query_bytes("a.release. A", {.id = 3}));
  const std::set<std::uint16_t> rest{decode(client.receive().value()).id,
                                     decode(client.receive().value()).id};
  CHECK(rest == std::set<std::uint16_t>{1, 3});
}

TEST_CASE("no more than 128 queries of a connection are under way", "[tcp]") {
  Running running(kWaiting);
  TcpClient client(running.port());
  client.send_raw(many(200, "a.wait. A"));
  // This one is not even looked at until the others are done.
  client.send(query_bytes("a.example. A", {.id = 999}));
  UdpClient other(running.port());
  std::set<std::uint16_t> seen;
  CHECK(eventually([&] {
    other.ask("a.release. A");
    pollfd readable{client.descriptor(), POLLIN, 0};
    while (::poll(&readable, 1, 0) > 0) seen.insert(decode(client.receive().value()).id);
    return seen.size() == 201;
  }));
}

TEST_CASE("a client that only listens gets its answers", "[tcp]") {
  Running running(kWaiting);
  TcpClient client(running.port());
  client.send(query_bytes("a.wait. A", {.id = 1}));
  client.send(query_bytes("a.example. A", {.id = 2}));
  client.finish_sending();
  CHECK(decode(client.receive().value()).id == 2);
  UdpClient(running.port()).ask("a.release. A");
  CHECK(decode(client.receive().value()).id == 1);
  CHECK(client.closed());
}

TEST_CASE("messages that are no queries leave the connection open", "[tcp]") {
  Running running(kWaiting);
  TcpClient client(running.port());
  client.send({});
  client.send({1, 2, 3});
  CHECK(client.ask("a.example. A", {.id = 7}).id == 7);
}

TEST_CASE("a connection without a query ends after the read time", "[tcp]") {
  Running running(". {\n bind 127.0.0.1\n timeouts 30ms 20s 5s\n answer 1\n}\n");
  TcpClient silent(running.port());
  CHECK(silent.closed());
  TcpClient slow(running.port());
  slow.send_raw({0, 20, 1});
  CHECK(slow.closed());
  CHECK(running.counted("catena_tcp_connections_closed_total", {{"reason", "timeout"}}) == 2);
}

TEST_CASE("a connection ends after the idle time", "[tcp]") {
  Running running(". {\n bind 127.0.0.1\n timeouts 20s 30ms 5s\n answer 1\n}\n");
  TcpClient client(running.port());
  CHECK(client.ask("a. A").rcode == "NOERROR");
  CHECK(client.closed());
}

TEST_CASE("a connection takes as many queries as it may", "[tcp]") {
  Running running(". {\n bind 127.0.0.1\n timeouts 3s 10s 5s 2\n answer 1\n}\n");
  TcpClient client(running.port());
  client.send_raw(many(3, "a. A"));
  CHECK(client.receive());
  CHECK(client.receive());
  CHECK_FALSE(client.receive());
}

TEST_CASE("over the limit the oldest idle connection makes room", "[tcp]") {
  ServerLimits limits;
  limits.connections = 2;
  Running running(kWaiting, limits);
  TcpClient busy(running.port());
  busy.send(query_bytes("a.wait. A", {.id = 1}));
  TcpClient idle(running.port());
  CHECK(idle.ask("a. A").rcode == "NOERROR");
  TcpClient third(running.port());
  CHECK(third.ask("a. A").rcode == "NOERROR");
  CHECK(idle.closed());
  CHECK(running.counted("catena_refused_total", {{"reason", "idle_connection"}}) == 1);

  third.send(query_bytes("b.wait. A", {.id = 2}));
  CHECK(third.ask("a. A", {.id = 3}).id == 3);
  TcpClient refused(running.port());
  CHECK(refused.closed());
  CHECK(running.counted("catena_refused_total", {{"reason", "connections"}}) == 1);
  CHECK(third.ask("a.release. A", {.id = 4}).rcode == "NOERROR");
  CHECK(decode(busy.receive().value()).id == 1);
}

TEST_CASE("a client that takes nothing is given up", "[tcp]") {
  Running running(". {\n bind 127.0.0.1\n timeouts 20s 20s 50ms\n transfer\n answer 1\n}\n");
  TcpClient client(running.port());
  // Some 8 MB of answers that nobody reads.
  client.send_raw(many(1000, "a. AXFR"));
  CHECK(eventually([&] {
    return running.counted("catena_tcp_connections_closed_total", {{"reason", "timeout"}}) == 1;
  }));
}

}  // namespace
}  // namespace catena::server
