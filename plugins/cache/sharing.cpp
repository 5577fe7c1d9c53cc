// SPDX-License-Identifier: Apache-2.0
// One question for all who ask it on a worker at once.
#include "plugins/cache/authentic_data.hpp"
#include "plugins/cache/cache.hpp"
#include "plugins/cache/query_key.hpp"

namespace catena::cache {
namespace {

/// A transfer has many messages, each for the one who asked. HINFO is what *loop* probes with: a
/// probe that comes back must pass again, and not wait here for itself.
bool can_be_shared(const Query& query) {
  const dns::Type type = query.type();
  return type != dns::Type::AXFR && type != dns::Type::IXFR && type != dns::Type::HINFO;
}

}  // namespace

Flight* Cache::flight_of(const Query& query) const {
  const Flights& flights = flights_of(query);
  if (flights.empty() || !can_be_shared(query)) return nullptr;
  const Key key = key_of(query);
  return flights.find(key, memory_->hash(key.bytes()), query.engine().clock().now());
}

std::shared_ptr<Flight> Cache::begin_flight(const Query& query) const {
  const Key key = key_of(query);
  return flights_of(query).begin(key, memory_->hash(key.bytes()), query.engine().clock().now());
}

// A question that leads to another inside the server waits for nobody: whom it would wait for might
// wait for it.
Reply Cache::ask(Query& query, Next next, const Meter& meter) const {
  Flight* const under_way = query.depth() == 0 ? flight_of(query) : nullptr;
  if (under_way != nullptr) return follow(query, next, meter, *under_way);
  Attempt attempt(query);
  want_authentic_data(query);
  Reply reply = next(query);
  if (reply.ready()) return after_miss(query, reply.outcome(), meter, attempt, nullptr);
  const bool first = can_be_shared(query) && flight_of(query) == nullptr;
  return lead(query, std::move(reply), first ? begin_flight(query) : nullptr, meter, attempt);
}

asio::awaitable<Outcome> Cache::lead(Query& query,
                                     Reply reply,
                                     std::shared_ptr<Flight> flight,
                                     const Meter& meter,
                                     Attempt attempt) const {
  const Outcome outcome = co_await std::move(reply).wait();
  co_return after_miss(query, outcome, meter, attempt, flight.get());
}

Reply Cache::follow(Query& query, Next next, const Meter& meter, Flight& flight) const {
  const TimePoint until = query.engine().clock().now() + Flights::kPatience;
  auto follower = std::make_unique<Follower>(query, Follower::Otherwise::failure, until);
  if (flight.take(*follower)) {
    meter.shared->add(query.engine().lane());
    return await_answer(query, next, meter, std::move(follower));
  }
  meter.share_refused->add(query.engine().lane());
  return query.fail(dns::Rcode::ServFail, "too many queries wait for the same answers");
}

// The first of those who are told to ask again asks; the others find its question under way.
asio::awaitable<Outcome> Cache::await_answer(Query& query,
                                             Next next,
                                             const Meter& meter,
                                             std::unique_ptr<Follower> follower) const {
  Follower::End end = co_await follower->wait();
  while (end == Follower::End::again) {
    Flight* const other = flight_of(query);
    if (other == nullptr || !other->take(*follower)) break;
    end = co_await follower->wait();
  }
  if (end == Follower::End::answered) co_return Outcome::respond;
  if (end == Follower::End::refused) co_return query.fail(dns::Rcode::Refused);
  if (end == Follower::End::late) {
    co_return query.fail(dns::Rcode::ServFail, "the same question was not answered in time");
  }
  Reply reply = ask(query, next, meter);
  co_return co_await std::move(reply).wait();
}

}  // namespace catena::cache
