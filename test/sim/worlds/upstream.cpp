// SPDX-License-Identifier: Apache-2.0
#include "test/sim/worlds/upstream.hpp"

#include "core/dns/message.hpp"

#include "test/sim/worlds/frames.hpp"
#include "test/sim/worlds/number.hpp"
#include "test/sim/worlds/secured_upstream.hpp"

#include <algorithm>
#include <cerrno>

namespace catena::sim {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint8_t kQr = 0x80, kTc = 0x02;

/// Bytes of records that an upstream of TLS says before its first answer, at most.
constexpr std::size_t kHandshake = 1500;
constexpr Duration kTrickle = std::chrono::milliseconds(5);

std::size_t question_end(const Bytes& message) {
  std::size_t at = dns::kHeaderSize;
  while (message[at] != 0) at += message[at] + 1u;
  return at + 5;
}

Bytes head_of(const Bytes& question, std::uint8_t rcode) {
  const auto end = question.begin() + static_cast<std::ptrdiff_t>(question_end(question));
  Bytes reply(question.begin(), end);
  reply[2] |= kQr;
  reply[3] = static_cast<std::uint8_t>(0x80 | rcode);
  std::fill(reply.begin() + 6, reply.begin() + 12, std::uint8_t{0});
  return reply;
}

Bytes answer_to(const Bytes& question, std::uint8_t ttl) {
  Bytes reply = head_of(question, 0);
  reply[7] = 1;
  const auto address = address_of(number_of(question));
  reply.insert(reply.end(), {0xc0, 12, 0, 1, 0, 1, 0, 0, 0, ttl, 0, 4});
  reply.insert(reply.end(), address.begin(), address.end());
  return reply;
}

Bytes lie_to(const Bytes& question) {
  Bytes reply = answer_to(question, 60);
  reply[dns::kHeaderSize + 1] = 'x';
  std::fill(reply.end() - 4, reply.end(), kLie);
  return reply;
}

// The answer to the right question, but who says it cannot be trusted.
Bytes impostors_answer(const Bytes& question) {
  Bytes reply = answer_to(question, 60);
  std::fill(reply.end() - 4, reply.end(), kLie);
  return reply;
}

Bytes forged(const Bytes& question, Dice& dice) {
  Bytes reply = lie_to(question);
  const std::size_t how = dice.below(3);
  if (how == 0) reply[1] ^= 0x55;
  if (how == 1) {
    reply[dns::kHeaderSize + 1] = question[dns::kHeaderSize + 1];
    reply[2] &= 0x7f;
  }
  if (how == 2) reply.resize(dice.below(dns::kHeaderSize));
  return reply;
}

Bytes failed(const Bytes& question, Dice& dice) {
  Bytes reply = head_of(question, dice.percent(50) ? 2 : 5);
  if (dice.percent(30)) {
    reply.resize(dns::kHeaderSize);
    reply[5] = 0;
  }
  return reply;
}

Bytes cut(const Bytes& question, Dice& dice) {
  Bytes reply = answer_to(question, 60);
  if (dice.percent(50)) {
    reply.resize(reply.size() - dice.between(1, 15));
    return reply;
  }
  reply = head_of(question, 0);
  reply[2] |= kTc;
  return reply;
}

}  // namespace

std::vector<Bytes> SimUpstream::replies(const Bytes& question) {
  ++asked_;
  const auto ttl = static_cast<std::uint8_t>(dice_.between(0, 40));
  const Bytes answer = answer_to(question, ttl);
  switch (mood) {
    case Mood::silent:
      return {};
    case Mood::lying:
      return perhaps_right(lie_to(question), answer);
    case Mood::forging:
      return perhaps_right(forged(question, dice_), answer);
    case Mood::failing:
      return {failed(question, dice_)};
    case Mood::cutting:
      return {cut(question, dice_)};
    case Mood::repeating:
      return {answer, answer};
    default:
      return {answer};
  }
}

std::vector<Bytes> SimUpstream::perhaps_right(Bytes wrong, const Bytes& right) {
  std::vector<Bytes> said{std::move(wrong)};
  if (dice_.percent(60)) said.push_back(right);
  return said;
}

Duration SimUpstream::delay() {
  if (mood == Mood::slow) return dice_.milliseconds(0, 3000);
  return dice_.milliseconds(0, mood == Mood::kind || dice_.percent(80) ? 5 : 400);
}

void SimUpstream::receive(const boost::asio::ip::udp::endpoint& local,
                          const Bytes& question,
                          TimePoint now) {
  if (mood == Mood::refusing) {
    ++asked_;
    network_.bounce(local, {address_, question}, ECONNREFUSED);
    return;
  }
  for (Bytes& reply : replies(question)) late_.push_back({now + delay(), local, std::move(reply)});
}

std::unique_ptr<net::ByteStream> SimUpstream::accept(Wrapping wrapping, TimePoint now) {
  if (mood == Mood::refusing && dice_.percent(50)) return nullptr;
  // Where nothing is taken, nothing connects.
  const std::size_t window = mood == Mood::silent && dice_.percent(50) ? 0 : 64 * 1024;
  auto peer = std::make_unique<net::MemoryPeer>(executor_, window);
  auto stream = peer->stream();
  connections_.push_back(wrapping == Wrapping::tls
                             ? secured(std::move(peer), now)
                             : Connection{std::make_unique<PlainEnd>(std::move(peer))});
  return stream;
}

SimUpstream::Connection SimUpstream::secured(std::unique_ptr<net::MemoryPeer> wire, TimePoint now) {
  const bool impostor = mood == Mood::forging && dice_.percent(50);
  const TlsHabit usual = dice_.percent(20) ? TlsHabit::forgetful : TlsHabit::plain;
  auto end = secured_upstream(std::move(wire), impostor ? TlsHabit::impostor : usual, dice_);
  Connection connection;
  connection.tls = end.get();
  connection.peer = std::move(end);
  connection.impostor = impostor;
  if (mood == Mood::slow) {
    connection.trickles = dice_.percent(50);
    connection.goes_on = now + delay();
    connection.tls->carry_at_most(0);
  }
  const bool breaks = mood == Mood::cutting || (mood != Mood::kind && dice_.percent(10));
  if (breaks && dice_.percent(50)) {
    connection.trickles = false;
    connection.goes_on = TimePoint::max();
    connection.tls->carry_at_most(dice_.below(kHandshake));
    if (dice_.percent(70)) connection.breaks_off = now + dice_.milliseconds(0, 2000);
  }
  return connection;
}

// Of TLS that comes late, in pieces, or not to its end.
void SimUpstream::go_on(Connection& connection, TimePoint now) {
  if (connection.breaks_off <= now) return end(connection);
  if (connection.goes_on <= now) {
    connection.goes_on = TimePoint::max();
    connection.tls->carry_at_most(connection.trickles ? dice_.between(1, 500) : SIZE_MAX);
  }
  connection.tls->carry();
  const bool waits = connection.trickles && connection.goes_on == TimePoint::max();
  if (waits && connection.tls->holds_back()) connection.goes_on = now + kTrickle;
}

void SimUpstream::end(Connection& connection) {
  dice_.percent(50) ? connection.peer->reset() : connection.peer->finish();
  connection.gone = true;
}

void SimUpstream::serve(Connection& connection, TimePoint now) {
  const Bytes taken = connection.peer->take();
  connection.incoming.insert(connection.incoming.end(), taken.begin(), taken.end());
  Bytes& in = connection.incoming;
  while (in.size() >= 2 && in.size() >= 2u + (in[0] << 8 | in[1])) {
    const auto size = static_cast<std::ptrdiff_t>(in[0] << 8 | in[1]);
    const Bytes question(in.begin() + 2, in.begin() + 2 + size);
    in.erase(in.begin(), in.begin() + 2 + size);
    const auto said =
        connection.impostor ? std::vector<Bytes>{impostors_answer(question)} : replies(question);
    for (const Bytes& reply : said) {
      connection.outgoing.emplace_back(now + delay(), framed(reply));
    }
  }
}

// In one piece or in two, or the connection goes instead.
void SimUpstream::say(Connection& connection, TimePoint now) {
  while (!connection.outgoing.empty() && connection.outgoing.front().first <= now) {
    if (mood == Mood::refusing || (mood != Mood::kind && dice_.percent(5))) {
      return end(connection);
    }
    Bytes& bytes = connection.outgoing.front().second;
    const std::size_t piece = dice_.percent(20) ? dice_.between(1, bytes.size()) : bytes.size();
    connection.peer->send(std::span(bytes).first(piece));
    bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(piece));
    if (!bytes.empty()) return;
    connection.outgoing.pop_front();
  }
}

void SimUpstream::act(TimePoint now) {
  std::vector<Late> due;
  const auto later = [now](const Late& late) { return late.time > now; };
  const auto first = std::stable_partition(late_.begin(), late_.end(), later);
  due.assign(std::make_move_iterator(first), std::make_move_iterator(late_.end()));
  late_.erase(first, late_.end());
  for (Late& late : due) network_.arrive(late.local, {address_, std::move(late.bytes)});
  for (Connection& connection : connections_) {
    if (connection.tls != nullptr) go_on(connection, now);
    if (connection.gone) continue;
    serve(connection, now);
    say(connection, now);
  }
  std::erase_if(connections_, [this](const Connection& one) {
    const bool over = one.gone || one.peer->closed();
    if (over && one.tls != nullptr && one.tls->tls().resumed()) ++resumed_;
    return over;
  });
}

TimePoint SimUpstream::next() const {
  TimePoint next = TimePoint::max();
  for (const Late& late : late_) next = std::min(next, late.time);
  for (const Connection& one : connections_) {
    next = std::min({next, one.goes_on, one.breaks_off});
    if (!one.outgoing.empty()) next = std::min(next, one.outgoing.front().first);
  }
  return next;
}

}  // namespace catena::sim
