// SPDX-License-Identifier: Apache-2.0
// Several threads.
// One plugin for each thing that the interface has to carry.
#include "core/server/testing.hpp"

#include <catch2/catch.hpp>

namespace catena::server {
namespace {

using catena::test::decode;
using catena::test::is_records;
using catena::test::query_bytes;
using test::eventually;
using test::Running;
using test::TcpClient;
using test::UdpClient;

struct Case {
  const char* name;
  const char* plugins;
  std::string question;
  std::string flags;
  std::string records;
};

TEST_CASE("plugins change question and answer", "[interface]") {
  const Case cases[]{
      {"the client gets its own question back", "rewrite a.test. b.test.\n answer 1", "A.test. A",
       "qr aa rd", "A.test. 300 IN A 192.0.2.1"},
      {"the rest of the chain runs twice", "autopath search.\n answer 1", "a. A", "qr aa rd",
       "a. 300 IN A 192.0.2.1\n a. 0 IN TXT \"1 before\""},
      {"after the others", "header\n answer 1", "a. A", "qr rd ra", "a. 300 IN A 192.0.2.1"},
      {"after others that waited", "header\n ask b.test.\n answer 1", "a.ask. A", "qr rd ra",
       "b.test. 300 IN A 192.0.2.1"},
      {"another question to this server", "ask b.test.\n answer 1", "a.ask. A", "qr aa rd",
       "b.test. 300 IN A 192.0.2.1"},
      {"values that others know", "metadata\n answer 1", "a. A", "qr aa rd",
       "a. 300 IN A 192.0.2.1\n a. 0 IN TXT \".\""},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      Running running(std::string(". {\n bind 127.0.0.1\n ") + c.plugins + "\n}\n");
      UdpClient udp(running.port());
      TcpClient tcp(running.port());
      for (const auto& reply : {udp.ask(c.question), tcp.ask(c.question)}) {
        CHECK(reply.flags == c.flags);
        CHECK_THAT(reply.answer, is_records(c.records));
      }
    }
  }
}

TEST_CASE("questions that lead to themselves end", "[interface]") {
  Running running(". {\n bind 127.0.0.1\n ask x.ask.\n answer 1\n}\n");
  UdpClient client(running.port());
  CHECK(client.ask("a.ask. A").rcode == "SERVFAIL");
}

TEST_CASE("views choose the block", "[interface]") {
  Running running(
      ". {\n bind 127.0.0.1\n view TXT\n answer 1\n}\n"
      ". {\n bind 127.0.0.1\n answer 2\n}\n");
  UdpClient client(running.port());
  CHECK_THAT(client.ask("a. TXT").answer, is_records("a. 300 IN A 192.0.2.1"));
  CHECK_THAT(client.ask("a. A").answer, is_records("a. 300 IN A 192.0.2.2"));
}

TEST_CASE("a name belongs to the block that the client would reach by it", "[interface]") {
  Running running(
      ". {\n bind 127.0.0.1\n view TXT\n here www.test.\n answer 1\n}\n"
      ". {\n bind 127.0.0.1\n here a.stub.\n answer 2\n}\n"
      "stub. {\n bind 127.0.0.1\n here www.test.\n answer 3\n}\n");
  UdpClient client(running.port());
  const auto said = [&client](const char* question) { return client.ask(question).answer.at(0); };
  CHECK(said("x.here. TXT") == "x.here. 0 IN TXT \"here\"");
  CHECK(said("x.here. A") == "x.here. 0 IN TXT \"elsewhere\"");
}

TEST_CASE("the exact bytes that leave may be lengthened", "[interface]") {
  Running running(". {\n bind 127.0.0.1\n sign\n transfer\n answer 1\n}\n");
  UdpClient udp(running.port());
  udp.send(query_bytes("a. A"));
  CHECK(udp.receive().back() == 1);
  TcpClient tcp(running.port());
  tcp.send(query_bytes("a. A"));
  CHECK(tcp.receive()->back() == 1);
  tcp.send(query_bytes("a. AXFR"));
  for (int part = 1; part <= 10; ++part) CHECK(tcp.receive()->back() == part);
}

TEST_CASE("a wire hook that fails costs its query the answer", "[interface]") {
  Running running(". {\n bind 127.0.0.1\n sign\n transfer\n answer 1\n}\n");
  UdpClient udp(running.port());
  TcpClient tcp(running.port());
  CHECK(udp.ask("unsignable. A").rcode == "NOTAUTH");
  CHECK(tcp.ask("unsignable. A").rcode == "NOTAUTH");
  CHECK(tcp.ask("unsignable. AXFR").rcode == "NOTAUTH");
  CHECK(tcp.closed());
  CHECK(running.counted("coredns_panics_total") == 0);
}

// It ended the process over UDP, and parked a query that had waited for ever.
TEST_CASE("a wire hook that throws costs its query a SERVFAIL", "[interface]") {
  Running running(". {\n bind 127.0.0.1\n transfer\n ask a.\n throw\n wait\n answer 1\n}\n");
  UdpClient udp(running.port());
  TcpClient tcp(running.port());
  const auto [what, question] = GENERATE(table<std::string, std::string>({
      {"an answer at once", "leaving. A"},
      {"a coroutine that does not wait", "leaving.ask. A"},
      {"a plugin that threw before", "leaving.now. A"},
      {"a plugin that threw after a wait", "leaving.later. A"},
  }));
  CAPTURE(what);
  CHECK(tcp.ask(question).rcode == "SERVFAIL");
  CHECK(udp.ask("leaving. A").rcode == "SERVFAIL");
  CHECK(udp.ask("a. A").rcode == "NOERROR");
  CHECK(tcp.ask("a. A").rcode == "NOERROR");
  CHECK(running.counted("coredns_panics_total") >= 2);
}

TEST_CASE("a wire hook that throws in a transfer ends it", "[interface]") {
  Running running(". {\n bind 127.0.0.1\n throw\n transfer\n answer 1\n}\n");
  TcpClient client(running.port());
  CHECK(client.ask("leaving. AXFR").rcode == "SERVFAIL");
  CHECK(client.closed());
  CHECK(running.counted("coredns_panics_total") == 1);
}

TEST_CASE("a wire hook that throws after a wait", "[interface]") {
  Running running(". {\n bind 127.0.0.1\n throw\n wait\n answer 1\n}\n");
  UdpClient udp(running.port());
  TcpClient tcp(running.port());
  udp.send(query_bytes("leaving.wait. A", {.id = 1}));
  tcp.send(query_bytes("leaving.wait. A", {.id = 2}));
  const auto all = [&running] { return running.counted("coredns_panics_total") == 2; };
  CHECK(eventually([&] {
    UdpClient(running.port()).ask("a.release. A");
    return all();
  }));
  CHECK(decode(udp.receive()).rcode == "SERVFAIL");
  CHECK(decode(tcp.receive().value()).rcode == "SERVFAIL");
}

TEST_CASE("a query that wants more memory than it may have gets SERVFAIL, not a shorter answer",
          "[interface]") {
  Running running(". {\n bind 127.0.0.1\n spoil\n ask a.spoil.\n wait\n answer 1\n}\n");
  UdpClient udp(running.port());
  CHECK(udp.ask("a.spoil. A").rcode == "SERVFAIL");
  CHECK(TcpClient(running.port()).ask("a.spoil. A").rcode == "SERVFAIL");
  CHECK(udp.ask("b. A").rcode == "NOERROR");
  CHECK(running.counted("catena_responses_spoiled_total") == 2);
  // Also where the server asks itself, and counts the inner query.
  CHECK(udp.ask("b.ask. A").rcode == "SERVFAIL");
  CHECK(running.counted("catena_responses_spoiled_total") == 3);
}

TEST_CASE("an opcode is for the block that admits it", "[interface]") {
  Running running(
      "yes.test {\n bind 127.0.0.1\n update\n answer 1\n}\n"
      "no.test {\n bind 127.0.0.1\n answer 1\n}\n");
  UdpClient client(running.port());
  const catena::test::QueryOptions update{.opcode = dns::Opcode::Update};
  CHECK(client.ask("yes.test. SOA", update).rcode == "NOERROR");
  CHECK(client.ask("no.test. SOA", update).rcode == "NOTIMP");
  CHECK(client.ask("other.test. SOA", update).rcode == "REFUSED");
}

TEST_CASE("many messages answer one question over TCP", "[interface]") {
  Running running(". {\n bind 127.0.0.1\n transfer\n answer 1\n}\n");
  TcpClient client(running.port());
  client.send(query_bytes("zone.test. AXFR", {.id = 5}));
  for (int i = 0; i < 10; ++i) {
    const auto part = decode(client.receive().value());
    CHECK(part.id == 5);
    CHECK(part.answer.size() == 50);
  }
  CHECK(client.ask("a. A", {.id = 6}).id == 6);
}

TEST_CASE("a datagram is one message", "[interface]") {
  Running running(". {\n bind 127.0.0.1\n transfer\n answer 1\n}\n");
  CHECK(UdpClient(running.port()).ask("zone.test. AXFR").rcode == "NOTIMP");
}

TEST_CASE("work in the background ends with its own answer", "[interface]") {
  Running running(". {\n bind 127.0.0.1\n refresh\n answer 1\n}\n");
  UdpClient client(running.port());
  for (int i = 0; i < 3; ++i) CHECK(client.ask("a. A").answer.size() == 1);
  CHECK(eventually([&] { return running.counted("test_refreshed_total") == 3; }));
}

TEST_CASE("background work has a limit", "[interface]") {
  Running running(". {\n bind 127.0.0.1\n refresh\n wait\n answer 1\n}\n");
  UdpClient client(running.port());
  for (std::size_t i = 0; i < Dispatcher::kMaxBackground + 40; ++i) {
    client.send(query_bytes("a.wait. A"));
    // Keeps the socket's buffer from overflowing.
    if (i % 50 == 0) UdpClient(running.port()).ask("a.example. A");
  }
  CHECK(
      eventually([&] { return running.counted("catena_background_queries_refused_total") >= 40; }));
  CHECK(UdpClient(running.port()).ask("a.release. A").rcode == "NOERROR");
}

}  // namespace
}  // namespace catena::server
