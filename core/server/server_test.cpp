// SPDX-License-Identifier: Apache-2.0
// Several threads.
#include "core/server/server.hpp"

#include "core/server/testing.hpp"

#include <catch2/catch.hpp>

#include <atomic>
#include <set>
#include <stdexcept>
#include <thread>

namespace catena::server {
namespace {

using catena::test::is_records;
using catena::test::query_bytes;
using test::eventually;
using test::Running;
using test::TcpClient;
using test::UdpClient;

const char* const kAnswer = ". {\n bind 127.0.0.1\n answer 1\n}\n";

TEST_CASE("a question is answered over UDP and TCP", "[server]") {
  Running running(kAnswer);
  UdpClient udp(running.port());
  const auto reply = udp.ask("WWW.example.org. A", {.id = 4711});
  CHECK(reply.id == 4711);
  CHECK(reply.flags == "qr aa rd");
  CHECK(reply.question == "WWW.example.org. IN A");
  CHECK_THAT(reply.answer, is_records("WWW.example.org. 300 IN A 192.0.2.1"));
  TcpClient tcp(running.port());
  CHECK(tcp.ask("www.example.org. A").answer.size() == 1);
}

TEST_CASE("a wildcard socket answers from the address that was asked", "[server]") {
  Running running(". {\n answer 1\n}\n");
  // A connected client only sees what comes from there.
  for (const char* address : {"127.0.0.1", "127.8.9.10"}) {
    UdpClient client(running.port(), address);
    CHECK(client.ask("a. A").rcode == "NOERROR");
  }
}

TEST_CASE("IPv6 is answered where the host has it", "[server]") {
  std::optional<Running> running;
  try {
    running.emplace(". {\n bind ::1\n answer 1\n}\n");
  } catch (const std::runtime_error&) {
    WARN("this host has no IPv6");
    return;
  }
  UdpClient udp(running->port(), "::1");
  CHECK(udp.ask("a. A").rcode == "NOERROR");
  TcpClient tcp(running->port(), "::1");
  CHECK(tcp.ask("a. A").rcode == "NOERROR");
  Running wildcard(". {\n answer 1\n}\n");
  UdpClient both(wildcard.port(), "::1");
  CHECK(both.ask("a. A").rcode == "NOERROR");
}

TEST_CASE("several blocks and addresses share what they may", "[server]") {
  Running running(
      "one.test {\n bind 127.0.0.1 127.0.0.2\n answer 1\n}\n"
      "two.test {\n bind 127.0.0.1\n answer 2\n}\n"
      "empty.test {\n bind 127.0.0.1\n}\n");
  UdpClient first(running.port(0), "127.0.0.1");
  CHECK_THAT(first.ask("a.one.test. A").answer, is_records("a.one.test. 300 IN A 192.0.2.1"));
  CHECK_THAT(first.ask("a.two.test. A").answer, is_records("a.two.test. 300 IN A 192.0.2.2"));
  CHECK(first.ask("a.empty.test. A").rcode == "REFUSED");
  CHECK(first.ask("a.other.test. A", {.edns_size = 1232}).edns->udp_size == 1232);
  UdpClient second(running.port(1), "127.0.0.2");
  CHECK(second.ask("a.one.test. A").rcode == "NOERROR");
  CHECK(second.ask("a.two.test. A").rcode == "REFUSED");
}

TEST_CASE("what never reaches a chain is counted as dropped", "[server]") {
  Running running(". {\n bind 127.0.0.1\n answer 1\n}\n");
  UdpClient client(running.port());
  CHECK(client.ask("version.bind. CH TXT").rcode == "REFUSED");
  const metrics::Labels labels{{"server", "dns://127.0.0.1:0"},
                               {"zone", "dropped"},
                               {"view", ""},
                               {"rcode", "REFUSED"},
                               {"plugin", ""}};
  CHECK(running.counted("coredns_dns_responses_total", labels) == 1);
  CHECK(running.household.metrics.text().find("type=\"TXT\"") != std::string::npos);
}

TEST_CASE("malformed messages cost a counter, or a few bytes", "[server]") {
  Running running(kAnswer);
  UdpClient client(running.port());
  client.send({1, 2, 3});
  test::Bytes response = query_bytes("a. A", {.id = 2});
  response[2] = 0x80;
  client.send(response);
  CHECK(client.ask("a. A", {.id = 3}).id == 3);
  CHECK(running.counted("catena_messages_ignored_total") == 2);
  test::Bytes header = query_bytes("a. A", {.id = 4});
  header.resize(12);
  client.send(header);
  CHECK(catena::test::decode(client.receive()).rcode == "SERVFAIL");
  CHECK(client.ask("a. A", {.opcode = dns::Opcode::Status}).rcode == "NOTIMP");
  CHECK(running.counted("catena_messages_refused_total") == 1);
}

TEST_CASE("a datagram longer than the buffer is cut and counted", "[server]") {
  Running running(kAnswer);
  UdpClient client(running.port());
  // Padding of 8,192 bytes in the OPT record, whose length stands at the end.
  test::Bytes query = query_bytes("a. A", {.edns_size = 1232});
  query[query.size() - 2] = 0x20;
  query[query.size() - 1] = 4;
  query.insert(query.end(), {0, 12, 0x20, 0});
  query.resize(query.size() + 0x2000);
  client.send(query);
  CHECK(catena::test::decode(client.receive()).rcode == "FORMERR");
  CHECK(running.counted("catena_udp_queries_cut_total") == 1);
}

TEST_CASE("a plugin that throws costs its query a SERVFAIL", "[server]") {
  Running running(". {\n bind 127.0.0.1\n throw\n answer 1\n}\n");
  UdpClient client(running.port());
  CHECK(client.ask("a.now. A").rcode == "SERVFAIL");
  CHECK(client.ask("a.later. A").rcode == "SERVFAIL");
  CHECK(client.ask("a.never. A").rcode == "NOERROR");
  CHECK(running.counted("coredns_panics_total") == 2);
  const std::string log = running.household.log.text();
  const std::string line = "[ERROR] Recovered from panic in server: \"dns://127.0.0.1:0\" ";
  CHECK(log.find(line + "a plugin threw") != std::string::npos);
  CHECK(log.find(line + "a coroutine threw") != std::string::npos);
}

const char* const kWaiting = ". {\n bind 127.0.0.1\n wait\n answer 1\n}\n";

TEST_CASE("queries that wait do not hold up the others", "[server]") {
  Running running(kWaiting);
  UdpClient waiting(running.port());
  for (std::uint16_t id = 1; id <= 100; ++id) waiting.send(query_bytes("a.wait. A", {.id = id}));
  UdpClient other(running.port());
  CHECK(other.ask("a.example. A").rcode == "NOERROR");
  CHECK(other.ask("a.release. A").rcode == "NOERROR");
  std::set<std::uint16_t> ids;
  for (int i = 0; i < 100; ++i) {
    const auto reply = catena::test::decode(waiting.receive());
    CHECK(reply.question == "a.wait. IN A");
    ids.insert(reply.id);
  }
  CHECK(ids.size() == 100);
}

TEST_CASE("stopping finishes what is under way", "[server]") {
  Running running(kWaiting);
  UdpClient udp(running.port());
  TcpClient tcp(running.port());
  UdpClient other(running.port());
  udp.send(query_bytes("a.wait. A"));
  tcp.send(query_bytes("b.wait. A"));
  CHECK(other.ask("a.example. A").rcode == "NOERROR");
  CHECK(tcp.ask("c.example. A").rcode == "NOERROR");
  // What is sent before the signal is answered, here by the query that releases the others.
  other.send(query_bytes("a.release. A"));
  CHECK(test::stop(running.server) == Stopped::cleanly);
  CHECK(catena::test::decode(udp.receive()).rcode == "NOERROR");
  CHECK(catena::test::decode(tcp.receive().value()).question == "b.wait. IN A");
  CHECK(tcp.closed());
}

// A query waits, so that leaving takes as long as it may; each client has a port of its own, by
// which the kernel chooses between the two servers.
TEST_CASE("a server that leaves keeps nothing from another one on its port", "[server]") {
  ServerLimits limits;
  limits.drain = std::chrono::milliseconds(300);
  for (const std::string bind : {" bind 127.0.0.1\n", ""}) {
    CAPTURE(bind);
    Running old(". {\n" + bind + " wait\n answer 1\n}\n", limits);
    UdpClient waiting(old.port());
    waiting.send(query_bytes("a.wait. A"));
    CHECK(UdpClient(old.port()).ask("b.example. A").rcode == "NOERROR");
    Running young(".:" + std::to_string(old.port()) + " {\n" + bind + " answer 2\n}\n");
    std::atomic<bool> gone{false};
    std::jthread leaving([&] {
      test::stop(old.server);
      gone = true;
    });
    std::size_t silent = 0;
    do {
      UdpClient client(young.port());
      client.send(query_bytes("c.example. A"));
      if (client.receive().empty()) ++silent;
    } while (!gone && silent == 0);
    leaving.join();
    CHECK(silent == 0);
    CHECK(catena::test::decode(waiting.receive()).question == "a.wait. IN A");
  }
}

TEST_CASE("stopping does not wait for ever", "[server]") {
  ServerLimits limits;
  limits.drain = std::chrono::milliseconds(20);
  Running running(". {\n bind 127.0.0.1\n wait\n answer 1\n}\n", limits);
  UdpClient client(running.port());
  client.send(query_bytes("a.wait. A"));
  CHECK(client.ask("a.example. A").rcode == "NOERROR");
  // The plugin leaves and lets its queries go.
  CHECK(test::stop(running.server) == Stopped::cleanly);
  CHECK(catena::test::decode(client.receive()).question == "a.wait. IN A");
}

TEST_CASE("plugins are started, told of their workers, and stopped in order", "[server]") {
  test::Seen::clear();
  {
    Running running(". {\n bind 127.0.0.1\n worker one\n answer 1\n}\n");
    UdpClient client(running.port());
    CHECK(client.ask("a. A").rcode == "NOERROR");
  }
  CHECK(test::Seen::started_and_stopped() == "start one, enter 1, leave 1, stop one");
}

TEST_CASE("a plugin that does not start stops those before it", "[server]") {
  test::Seen::clear();
  CHECK_THROWS_WITH(Running(". {\n bind 127.0.0.1\n worker one\n answer 1\n}\n"
                            "b {\n bind 127.0.0.1\n worker broken\n answer 1\n}\n"),
                    "this plugin never starts");
  CHECK(test::Seen::started_and_stopped() == "start one, stop one");
}

TEST_CASE("a plugin that does not stop shows in the result", "[server]") {
  Running running(". {\n bind 127.0.0.1\n worker sticky\n answer 1\n}\n");
  CHECK(test::stop(running.server) == Stopped::with_errors);
}

TEST_CASE("an address of somebody else is an error", "[server]") {
  CHECK_THROWS_WITH(Running(". {\n bind 192.0.2.77\n answer 1\n}\n"),
                    Catch::StartsWith("Listen: listen tcp 192.0.2.77:") ||
                        Catch::StartsWith("Listen: listen udp 192.0.2.77:"));
}

TEST_CASE("a server that was left over is noticed", "[server]") {
  Running first(kAnswer);
  const std::string port = std::to_string(first.port());
  Running second(".:" + port + " {\n bind 127.0.0.1\n answer 1\n}\n");
  CHECK(second.household.log.text().find("[WARNING] Another process already listens on "
                                         "127.0.0.1:" +
                                         port) == 0);
  CHECK(first.household.log.text().empty());
}

TEST_CASE("two workers answer and stop", "[server]") {
  ServerLimits limits;
  limits.workers = 2;
  Running running(". {\n bind 127.0.0.1\n worker\n answer 1\n}\n", limits);
  std::vector<std::jthread> clients;
  std::atomic<int> answered{0};
  for (int i = 0; i < 4; ++i) {
    clients.emplace_back([&] {
      for (int j = 0; j < 20; ++j) {
        UdpClient client(running.port());
        client.send(query_bytes("a. A"));
        if (!client.receive().empty()) ++answered;
      }
    });
  }
  for (std::jthread& client : clients) client.join();
  CHECK(answered == 80);
}

TEST_CASE("what was retired is freed although the workers sleep", "[server]") {
  Running running(kAnswer);
  static std::atomic<int> freed;
  freed = 0;
  running.household.epoch.retire(new int(1), [](void* object) {
    delete static_cast<int*>(object);
    ++freed;
  });
  CHECK(eventually([&] { return running.household.epoch.collect() == 0; }));
  CHECK(freed == 1);
}

}  // namespace
}  // namespace catena::server
