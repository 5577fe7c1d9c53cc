// SPDX-License-Identifier: Apache-2.0
#include "test/sim/worlds/caller.hpp"

#include "test/sim/worlds/frames.hpp"
#include "test/sim/worlds/number.hpp"
#include "test/sim/worlds/question.hpp"

#include <algorithm>
#include <utility>

namespace catena::sim {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::size_t kMostConnections = 8;
/// An answer's end: TTL, length and address.
constexpr std::size_t kTail = 10;

bool ever_answered(Fate fate) { return fate != Fate::drop && fate != Fate::stubborn; }
bool may_be_let_go(Fate fate) { return fate == Fate::wait || fate == Fate::never; }

}  // namespace

Callers::Asked& Callers::new_question() {
  // Those that wait for ever are rare, as they keep what they came with.
  const bool rare = dice_.percent(10);
  const Fate fate = static_cast<Fate>(rare ? kFates[dice_.between(3, 5)] : kFates[dice_.below(3)]);
  const std::size_t number = asked_.size();
  trace_.note("ask {}{}", static_cast<char>(fate), number);
  const std::string name = fmt::format("{}{}.sim.", static_cast<char>(fate), number);
  return asked_.emplace_back(
      Asked{fate, number, present_, question_of(name, dns::Type::A, number)});
}

void Callers::send_datagrams(const Endpoint& server) {
  const std::size_t count = dice_.percent(5) ? dice_.between(30, 70) : dice_.between(1, 4);
  for (std::size_t i = 0; i < count; ++i) {
    Asked& asked = new_question();
    const Endpoint client(asio::ip::make_address("198.51.100.7"), 4000);
    asked.heard = host_.send(server, {client, asked.message});
    in_datagrams_.push_back(asked.number);
  }
}

void Callers::connect(const Endpoint& server) {
  if (connections_.size() >= kMostConnections) return;
  auto peer = host_.connect(server, {asio::ip::make_address("198.51.100.8"), 4001});
  trace_.note("connect {}", peer != nullptr);
  if (peer) connections_.push_back({.peer = std::move(peer), .outgoing = {}, .incoming = {}});
}

Callers::Connection* Callers::some_connection() {
  return connections_.empty() ? nullptr : &connections_[dice_.below(connections_.size())];
}

void Callers::ask() {
  Connection* connection = some_connection();
  if (connection == nullptr || connection->finished) return;
  Bytes& outgoing = connection->outgoing;
  const std::size_t count = dice_.between(0, 3);
  for (std::size_t i = 0; i < count; ++i) {
    const Asked& asked = new_question();
    const auto size = two_bytes(asked.message.size());
    outgoing.insert(outgoing.end(), size.begin(), size.end());
    outgoing.insert(outgoing.end(), asked.message.begin(), asked.message.end());
    connection->places.emplace_back(connection->sent + outgoing.size(), asked.number);
  }
  const std::size_t most = dice_.percent(70) ? outgoing.size() : dice_.below(outgoing.size() + 1);
  const auto end = outgoing.begin() + static_cast<std::ptrdiff_t>(most);
  connection->peer->send(std::span(outgoing).first(most));
  connection->sent += most;
  outgoing.erase(outgoing.begin(), end);
}

void Callers::part() {
  Connection* connection = some_connection();
  if (connection == nullptr || dice_.percent(70)) return;
  const bool reset = dice_.percent(50);
  connection->was_reset = connection->was_reset || reset;
  connection->finished = true;
  reset ? connection->peer->reset() : connection->peer->finish();
  trace_.note("{}", reset ? "reset" : "half an end");
}

void Callers::take_answers() {
  for (const auto& [from, datagram] : std::exchange(host_.delivered, {})) take(datagram.bytes);
  for (Connection& connection : connections_) take_from(connection);
}

void Callers::take_from(Connection& connection) {
  const Bytes taken = connection.peer->take();
  Bytes& in = connection.incoming;
  in.insert(in.end(), taken.begin(), taken.end());
  while (const auto message = first_message(in)) {
    take(*message);
    in.erase(in.begin(), in.begin() + static_cast<std::ptrdiff_t>(message->size() + 2));
  }
}

void Callers::take(std::span<const std::uint8_t> answer) {
  const std::size_t number = answer.size() < 12 ? SIZE_MAX : answer[0] * 256u + answer[1];
  expect(number < asked_.size(), "an answer to {}, which nobody asked", number);
  Asked& asked = asked_[number];
  check(asked, answer);
  expect(++asked.answers == 1, "{}: another answer", number);
  trace_.note("{} is answered with rcode {}", number, answer[3] & 15);
}

// Its own question, its own address, from a configuration that was there or came later; a failure
// only where a plugin that left has let it go.
void Callers::check(const Asked& asked, std::span<const std::uint8_t> answer) const {
  const auto question = std::span(asked.message).subspan(12);
  const bool same = answer.size() >= asked.message.size() &&
                    std::equal(question.begin(), question.end(), answer.begin() + 12);
  expect(same, "{}: another question came back", asked.number);
  expect(ever_answered(asked.fate), "{}: an answer that nobody gave", asked.number);
  const unsigned rcode = answer[3] & 15u;
  if (rcode != 0) {
    return expect(rcode == 2 && may_be_let_go(asked.fate), "{}: rcode {}", asked.number, rcode);
  }
  const auto tail = answer.last(kTail);
  const std::size_t configuration = tail[2] * 256u + tail[3];
  const auto address = address_of(asked.number);
  expect(asked.fate != Fate::never && std::equal(address.begin(), address.end(), tail.end() - 4),
         "{}: another answer", asked.number);
  expect(configuration >= asked.present, "{}: configuration {} answers after {} has taken over",
         asked.number, configuration, asked.present);
}

// Messages that the server has read are answered, or will be.
bool Callers::has_lost(const Connection& connection) const {
  const std::size_t read = connection.sent - connection.peer->unread();
  return std::any_of(connection.places.begin(), connection.places.end(), [&](const auto& place) {
    const Asked& asked = asked_[place.second];
    const bool lost = place.first <= read && ever_answered(asked.fate) && asked.answers == 0;
    if (lost) trace_.note("{} is lost", asked.number);
    return lost;
  });
}

void Callers::check_calm() const {
  for (const std::size_t number : in_datagrams_) {
    const Asked& asked = asked_[number];
    const bool waits = !ever_answered(asked.fate) || asked.fate == Fate::never;
    expect(!asked.heard || waits || asked.answers == 1, "{} is not answered", number);
  }
}

bool Callers::anybody_waits() const {
  return std::any_of(asked_.begin(), asked_.end(), [](const Asked& asked) {
    const bool endless = asked.fate == Fate::never || asked.fate == Fate::stubborn;
    return endless && asked.answers == 0;
  });
}

void Callers::check_end(const server::Meters& meters) const {
  for (const std::size_t number : in_datagrams_) {
    const Asked& asked = asked_[number];
    const bool owed = asked.heard && ever_answered(asked.fate);
    expect(!owed || asked.answers == 1, "{} was never answered", number);
  }
  std::size_t cut_off = 0;
  for (const Connection& connection : connections_) {
    expect(connection.peer->closed() || connection.was_reset, "a connection that nobody ends");
    if (!connection.was_reset && has_lost(connection)) ++cut_off;
  }
  const std::size_t counted = meters.tcp_timeouts.value();
  expect(cut_off <= counted, "{} connections were cut off, {} are counted", cut_off, counted);
}

}  // namespace catena::sim
