// SPDX-License-Identifier: Apache-2.0
// Asking again: before an answer's end (prefetch) and after it (stale).
#include "plugins/cache/authentic_data.hpp"
#include "plugins/cache/cache.hpp"
#include "plugins/cache/query_key.hpp"

#include <new>

namespace catena::cache {
namespace {

/// A refresh that has not ended after this time has ended with its configuration.
constexpr Duration kRefreshLimit = std::chrono::seconds(30);

/// The answer in the arena, where it outlives a wait; null when there is no room.
const Packed* copy_to(Arena& arena, const Packed& packed) {
  const auto records = arena.copy(packed.records);
  if (records.size() != packed.records.size()) return nullptr;
  const auto place = arena.array<Packed>(1);
  if (place.empty()) return nullptr;
  return new (place.data()) Packed{packed.facts, records};
}

}  // namespace

bool Cache::prefetch_due(const Entry& entry, TimePoint now) const {
  const PrefetchSettings& prefetch = settings_.prefetch;
  if (prefetch.amount == 0) return false;
  const std::uint32_t hits = entry.count_hit(now, prefetch.duration);
  const Facts& facts = entry.facts();
  const std::int64_t threshold = (std::int64_t{facts.ttl} * prefetch.percentage + 99) / 100;
  return hits >= prefetch.amount && facts.left(now) <= threshold;
}

Cache::Refresh Cache::refresh_of(const Entry& entry, const Meter& meter, TimePoint now) const {
  const bool only_positive = settings_.stale.prefer_positive() && entry.facts().answers;
  return {.meter = &meter, .hits = entry.hits(), .last_hit = now, .only_positive = only_positive};
}

// Where this worker asks the question already, that will do.
void Cache::refresh_aside(Query& query, Next next, const Entry& entry, const Meter& meter) const {
  if (flight_of(query) != nullptr) return;
  const TimePoint now = query.engine().clock().now();
  if (!entry.claim_refresh(now, now + kRefreshLimit)) return;
  const Refresh how = refresh_of(entry, meter, now);
  if (refresh(query, next, how, Errand::As::nobody, begin_flight(query))) {
    meter.prefetch->add(query.engine().lane());
  } else {
    entry.release_refresh(now);
  }
}

bool Cache::refresh(Query& query,
                    Next next,
                    const Refresh& refresh,
                    Errand::As as,
                    std::shared_ptr<Flight> flight) const {
  const Errand errand{.as = as, .observer = flight.get()};
  Attempt attempt(query);
  want_authentic_data(query);
  const bool begun = query.engine().background(
      query, next,
      [this, refresh, flight = std::move(flight)](Query& copy, Outcome outcome) {
        after_refresh(copy, outcome, refresh, *flight);
      },
      errand);
  attempt.restore();
  return begun;
}

void Cache::after_refresh(Query& copy,
                          Outcome outcome,
                          const Refresh& refresh,
                          Flight& flight) const {
  Cacheability cacheability = has_answer(copy, outcome) ? appraise(copy) : Cacheability{};
  cacheability.statement = accept(copy, cacheability, refresh);
  release(copy, cacheability.statement);
  if (outcome == Outcome::respond) flight.landed(copy, cacheability);
}

bool Cache::accept(const Query& query,
                   const Cacheability& cacheability,
                   const Refresh& refresh) const {
  if (!cacheability.statement) return false;
  const bool stored = remember(query, cacheability, refresh);
  if (refresh.only_positive && !cacheability.answers) return false;
  // The old answer is known to be over, and the new one is not to be kept.
  if (!stored) forget(query);
  return true;
}

template <class Visit>
void Cache::each_entry(const Query& query, Visit&& visit) const {
  for (const std::uint8_t extra : {std::uint8_t{0}, Variant::kNoAnswer}) {
    const Key key = key_of(query, extra);
    const std::uint64_t hash = memory_->hash(key.bytes());
    for (Store* store : {&memory_->success, &memory_->denial}) {
      if (const Entry* entry = store->find(key, hash)) visit(*store, key, hash, *entry);
    }
  }
}

void Cache::release(const Query& query, bool fresh) const {
  const TimePoint now = query.engine().clock().now();
  const TimePoint next = fresh ? now : now + settings_.stale.recheck;
  each_entry(query, [next](Store&, const Key&, std::uint64_t, const Entry& entry) {
    entry.release_refresh(next);
  });
}

void Cache::forget(const Query& query) const {
  each_entry(query, [](Store& store, const Key& key, std::uint64_t hash, const Entry&) {
    store.erase(key, hash);
  });
}

Reply Cache::serve_stale(Query& query, Next next, const Entry& entry, const Meter& meter) const {
  if (settings_.stale.mode == StaleMode::verify) return verify(query, next, entry, meter);
  refresh_aside(query, next, entry, meter);
  return give_stale(query, entry.packed(), meter);
}

Outcome Cache::give_stale(Query& query, const Packed& packed, const Meter& meter) const {
  meter.served_stale->add(query.engine().lane());
  return give(query, packed, settings_.stale.ttl);
}

// With a pause after failures or a limit of time, one asks and the others have the old answer at
// once; else all wait for the one that asks.
Reply Cache::verify(Query& query, Next next, const Entry& entry, const Meter& meter) const {
  const Packed* old = copy_to(query.arena(), entry.packed());
  if (old == nullptr) return give_stale(query, entry.packed(), meter);
  const StaleSettings& stale = settings_.stale;
  const bool one = stale.verify_timeout > Duration::zero() || stale.recheck > Duration::zero();
  const TimePoint now = query.engine().clock().now();
  if (Flight* const flight = flight_of(query)) {
    if (one || query.depth() != 0) return give_stale(query, *old, meter);
    auto follower = std::make_unique<Follower>(query, Follower::Otherwise::old_answer,
                                               now + Flights::kPatience);
    if (flight->take(*follower)) {
      return follow_verification(query, *old, meter, std::move(follower));
    }
    return give_stale(query, *old, meter);
  }
  if (one && !entry.claim_refresh(now, now + kRefreshLimit)) return give_stale(query, *old, meter);
  return begin_verification(query, next, refresh_of(entry, meter, now), *old);
}

// The question is asked aside, so that the client need not wait for its end.
Reply Cache::begin_verification(Query& query,
                                Next next,
                                const Refresh& how,
                                const Packed& old) const {
  const Duration timeout = settings_.stale.verify_timeout;
  const Duration patience = timeout > Duration::zero() ? timeout : Flights::kPatience;
  const std::shared_ptr<Flight> flight = begin_flight(query);
  auto follower = std::make_unique<Follower>(query, Follower::Otherwise::old_answer,
                                             query.engine().clock().now() + patience);
  const bool begun =
      flight->take(*follower) && refresh(query, next, how, Errand::As::client, flight);
  if (begun) return follow_verification(query, old, *how.meter, std::move(follower));
  release(query, true);
  return give_stale(query, old, *how.meter);
}

Reply Cache::follow_verification(Query& query,
                                 const Packed& old,
                                 const Meter& meter,
                                 std::unique_ptr<Follower> follower) const {
  if (follower->ended() == Follower::End::answered) return Outcome::respond;
  if (follower->ended() != Follower::End::pending) return give_stale(query, old, meter);
  return await_verification(query, old, meter, std::move(follower));
}

asio::awaitable<Outcome> Cache::await_verification(Query& query,
                                                   const Packed& old,
                                                   const Meter& meter,
                                                   std::unique_ptr<Follower> follower) const {
  const Follower::End end = co_await follower->wait();
  if (end == Follower::End::answered) co_return Outcome::respond;
  co_return give_stale(query, old, meter);
}

}  // namespace catena::cache
