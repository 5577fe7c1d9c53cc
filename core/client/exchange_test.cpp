// SPDX-License-Identifier: Apache-2.0
#include "core/client/exchange.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <optional>
#include <vector>

namespace catena::client {
namespace {

using Bytes = std::vector<std::uint8_t>;
constexpr std::uint16_t kId = 0x1234;

// A reply to www.example.org. A with one record, spelled out so that nothing of ours helps to make
// it.
Bytes good_reply() {
  return {0x12, 0x34, 0x81, 0x80, 0,   1,   0,   1, 0,   0,   0,   0,   3, 'w', 'w', 'w', 7,
          'e',  'x',  'a',  'm',  'p', 'l', 'e', 3, 'o', 'r', 'g', 0,   0, 1,   0,   1,   0xc0,
          12,   0,    1,    0,    1,   0,   0,   0, 60,  0,   4,   192, 0, 2,   1};
}

Bytes with(std::size_t at, std::uint8_t value) {
  Bytes reply = good_reply();
  reply[at] = value;
  return reply;
}

Bytes without_last(std::size_t count) {
  Bytes reply = good_reply();
  reply.resize(reply.size() - count);
  return reply;
}

Bytes bare(std::uint8_t rcode) { return {0x12, 0x34, 0x81, rcode, 0, 0, 0, 0, 0, 0, 0, 0}; }

// A bare FORMERR whose header counts a record in a section (1 to 3).
Bytes counting(std::size_t section, std::uint8_t records) {
  Bytes reply = bare(1);
  reply[5 + 2 * section] = records;
  return reply;
}

/// One thing that happens to an exchange, and what it wants then.
struct Event {
  std::optional<Bytes> message;  // Nothing: it failed as `fault` says.
  Fault fault;
  Step then;
};

Event gets(Bytes message, Step then) { return {std::move(message), {}, then}; }
Event times_out(Step then = Step::done) { return {std::nullopt, {}, then}; }
Event breaks(Fault::During during, int error) {
  Fault fault;
  fault.during = during;
  fault.error = error;
  return {std::nullopt, fault, Step::done};
}

struct Case {
  const char* name;
  Plan plan;
  std::vector<Event> events;
  ExchangeStatus status;
  Wire wire = Wire::udp;
};

const Plan kUdp{};
const Plan kTcp{.wire = Wire::tcp};
const Plan kPreferUdp{.truncated = Truncated::retry_over_tcp};
const Plan kProbe{.match = Match::id};
const Plan kSmall{.udp_limit = 48};

const std::vector<Case> kCases = {
    {"the reply to the question ends it",
     kUdp,
     {gets(good_reply(), Step::done)},
     ExchangeStatus::answered},
    {"another id is ignored until the right one comes",
     kUdp,
     {gets(with(0, 0x13), Step::wait), gets(good_reply(), Step::done)},
     ExchangeStatus::answered},
    {"a message that is no reply is ignored",
     kUdp,
     {gets(with(2, 0x01), Step::wait_briefly), gets(good_reply(), Step::done)},
     ExchangeStatus::answered},
    {"another name is ignored",
     kUdp,
     {gets(with(13, 'x'), Step::wait_briefly), gets(good_reply(), Step::done)},
     ExchangeStatus::answered},
    {"another type is ignored",
     kUdp,
     {gets(with(30, 28), Step::wait_briefly), gets(good_reply(), Step::done)},
     ExchangeStatus::answered},
    {"another class is ignored",
     kUdp,
     {gets(with(32, 3), Step::wait_briefly), gets(good_reply(), Step::done)},
     ExchangeStatus::answered},
    {"less than a header is ignored",
     kUdp,
     {gets({0x12, 0x34, 0x81}, Step::wait), gets({}, Step::wait), gets(good_reply(), Step::done)},
     ExchangeStatus::answered},
    {"letter case of the name does not matter",
     kUdp,
     {gets(with(13, 'W'), Step::done)},
     ExchangeStatus::answered},
    {"only wrong questions until the deadline",
     kUdp,
     {gets(with(13, 'x'), Step::wait_briefly), times_out()},
     ExchangeStatus::mismatched},
    {"only wrong ids until the deadline",
     kUdp,
     {gets(with(0, 9), Step::wait), times_out()},
     ExchangeStatus::failed},
    {"nothing until the deadline", kUdp, {times_out()}, ExchangeStatus::failed},
    {"ICMP says unreachable after a wrong reply",
     kUdp,
     {gets(with(13, 'x'), Step::wait_briefly), breaks(Fault::During::read, 111)},
     ExchangeStatus::failed},
    {"it cannot be sent", kUdp, {breaks(Fault::During::write, 1)}, ExchangeStatus::failed},
    {"a second wrong question does not prolong the wait",
     kUdp,
     {gets(with(13, 'x'), Step::wait_briefly), gets(with(13, 'y'), Step::wait), times_out()},
     ExchangeStatus::mismatched},
    {"a header with an error is an answer",
     kUdp,
     {gets(bare(1), Step::done)},
     ExchangeStatus::answered},
    {"over TCP too", kTcp, {gets(bare(5), Step::done)}, ExchangeStatus::answered, Wire::tcp},
    {"an error that counts answers and has no question is none",
     kUdp,
     {gets(counting(1, 1), Step::wait_briefly), times_out()},
     ExchangeStatus::mismatched},
    {"an error that counts an OPT and has none is none",
     kUdp,
     {gets(counting(3, 1), Step::wait_briefly), times_out()},
     ExchangeStatus::mismatched},
    {"no error and no question does not count",
     kUdp,
     {gets(bare(0), Step::wait_briefly), times_out()},
     ExchangeStatus::mismatched},
    {"a cut reply over UDP is an empty truncated one",
     kUdp,
     {gets(without_last(2), Step::done)},
     ExchangeStatus::truncated},
    {"a reply over the client's size is one too",
     kSmall,
     {gets(good_reply(), Step::done)},
     ExchangeStatus::truncated},
    {"a looping name is one too",
     kUdp,
     {gets(with(34, 33), Step::done)},
     ExchangeStatus::truncated},
    {"TC goes to the client", kUdp, {gets(with(2, 0x83), Step::done)}, ExchangeStatus::answered},
    {"with prefer_udp TC is asked again over TCP",
     kPreferUdp,
     {gets(with(2, 0x83), Step::send), gets(good_reply(), Step::done)},
     ExchangeStatus::answered,
     Wire::tcp},
    {"with prefer_udp a cut reply is asked again over TCP",
     kPreferUdp,
     {gets(without_last(1), Step::send), gets(good_reply(), Step::done)},
     ExchangeStatus::answered,
     Wire::tcp},
    {"TC over TCP is the answer",
     kPreferUdp,
     {gets(with(2, 0x83), Step::send), gets(with(2, 0x83), Step::done)},
     ExchangeStatus::answered,
     Wire::tcp},
    {"no time is left over TCP",
     kPreferUdp,
     {gets(with(2, 0x83), Step::send), times_out()},
     ExchangeStatus::failed,
     Wire::tcp},
    {"a wrong question over TCP ends it",
     kTcp,
     {gets(with(13, 'x'), Step::done)},
     ExchangeStatus::mismatched,
     Wire::tcp},
    {"a wrong id over TCP is ignored",
     kTcp,
     {gets(with(0, 9), Step::wait), gets(good_reply(), Step::done)},
     ExchangeStatus::answered,
     Wire::tcp},
    {"a cut reply over TCP is a fault",
     kTcp,
     {gets(without_last(2), Step::done)},
     ExchangeStatus::failed,
     Wire::tcp},
    {"a size limit means nothing over TCP",
     Plan{.wire = Wire::tcp, .udp_limit = 12},
     {gets(good_reply(), Step::done)},
     ExchangeStatus::answered,
     Wire::tcp},
    {"the connection closes",
     kTcp,
     {breaks(Fault::During::read, Fault::kClosed)},
     ExchangeStatus::failed,
     Wire::tcp},
    {"a probe is content with any rcode",
     kProbe,
     {gets(bare(5), Step::done)},
     ExchangeStatus::answered},
    {"a probe wants its id",
     kProbe,
     {gets(with(0, 9), Step::wait), times_out()},
     ExchangeStatus::failed},
};

TEST_CASE("an exchange is a dialogue") {
  const dns::Name name = dns::Name::parse("www.example.org.").value();
  const dns::Question question{name, dns::Type::A, dns::Class::IN};
  for (const Case& c : kCases) {
    DYNAMIC_SECTION(c.name) {
      Bytes room(Request::room_for(question, std::nullopt));
      auto request =
          Request::write(question, dns::Flags(dns::Flags::kRD), std::nullopt, room).value();
      Exchange exchange(request, c.plan);
      exchange.start(kId);
      std::vector<Bytes> kept;
      for (const Event& event : c.events) {
        REQUIRE(exchange.status() == ExchangeStatus::pending);
        const Step step =
            event.message ? exchange.received(*event.message) : exchange.failed(event.fault);
        CHECK(step == event.then);
      }
      CHECK(exchange.status() == c.status);
      CHECK(exchange.wire() == c.wire);
    }
  }
}

TEST_CASE("every cut of a reply is survived and never believed") {
  const dns::Name name = dns::Name::parse("www.example.org.").value();
  const dns::Question question{name, dns::Type::A, dns::Class::IN};
  Bytes room(Request::room_for(question, std::nullopt));
  for (std::size_t size = 0; size < good_reply().size(); ++size) {
    auto request = Request::write(question, dns::Flags(), std::nullopt, room).value();
    Exchange exchange(request, kUdp);
    exchange.start(kId);
    Bytes cut = good_reply();
    cut.resize(size);
    exchange.received(cut);
    CHECK(exchange.status() != ExchangeStatus::answered);
  }
}

TEST_CASE("a request is the question with an id of its own") {
  const dns::Name name = dns::Name::parse("a.").value();
  const dns::Question question{name, dns::Type::AAAA, dns::Class::IN};
  const std::vector<std::uint8_t> cookie{0, 10, 0, 2, 7, 8};
  const dns::Edns edns{.udp_size = 1232, .flags = dns::Edns::kDO, .options = cookie};
  Bytes room(Request::room_for(question, edns));
  auto request = Request::write(question, dns::Flags(dns::Flags::kRD), edns, room);
  REQUIRE(request);
  request->set_id(0xabcd);
  const Bytes expected{0, 36, 0xab, 0xcd, 1,  0, 0,    1, 0, 0,    0, 0, 0, 1, 1,  'a', 0, 0, 28,
                       0, 1,  0,    0,    41, 4, 0xd0, 0, 0, 0x80, 0, 0, 6, 0, 10, 0,   2, 7, 8};
  const auto framed = request->framed();
  CHECK(Bytes(framed.begin(), framed.end()) == expected);
  CHECK(request->datagram().size() == 36);
  CHECK_FALSE(Request::write(question, dns::Flags(), edns, std::span(room).first(10)));
}

struct FaultCase {
  const char* name;
  Fault fault;
  const char* text;
};

TEST_CASE("faults read as Go's do") {
  const Endpoint local(asio::ip::make_address("10.0.0.1"), 4242);
  const Endpoint remote(asio::ip::make_address("192.0.2.1"), 53);
  const Endpoint remote6(asio::ip::make_address("2001:db8::1"), 53);
  using During = Fault::During;
  const FaultCase cases[] = {
      {"a UDP timeout",
       {During::read, Wire::udp, Fault::kTimeout, local, remote},
       "read udp 10.0.0.1:4242->192.0.2.1:53: i/o timeout"},
      {"ICMP",
       {During::read, Wire::udp, ECONNREFUSED, local, remote},
       "read udp 10.0.0.1:4242->192.0.2.1:53: read: connection refused"},
      {"TCP refused",
       {During::dial, Wire::tcp, ECONNREFUSED, {}, remote},
       "dial tcp 192.0.2.1:53: connect: connection refused"},
      {"TCP swallowed",
       {During::dial, Wire::tcp, Fault::kTimeout, {}, remote6},
       "dial tcp [2001:db8::1]:53: i/o timeout"},
      {"TCP closed", {During::read, Wire::tcp, Fault::kClosed, local, remote}, "EOF"},
      {"a write",
       {During::write, Wire::udp, EPERM, local, remote},
       "write udp 10.0.0.1:4242->192.0.2.1:53: write: operation not permitted"},
      {"a source address that is not here",
       {During::bind, Wire::udp, EADDRNOTAVAIL, Endpoint(local.address(), 0), remote},
       "dial udp 10.0.0.1:0->192.0.2.1:53: bind: cannot assign requested address"},
      {"too many",
       {During::limit, Wire::tcp, 0, {}, remote},
       "too many queries in flight to 192.0.2.1:53"},
  };
  for (const FaultCase& c : cases) {
    DYNAMIC_SECTION(c.name) { CHECK(to_text(c.fault) == c.text); }
  }
}

}  // namespace
}  // namespace catena::client
