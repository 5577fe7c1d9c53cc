// SPDX-License-Identifier: Apache-2.0
// Asking again: before an answer's end (prefetch) and after it (stale).
#include "plugins/cache/authentic_data.hpp"
#include "plugins/cache/cache.hpp"
#include "plugins/cache/query_key.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

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

/// Shared by a client that waits for a fresh answer and the query that gets it.
struct Cache::Verification {
  Verification(asio::any_io_executor executor, Duration timeout) : timer(executor, timeout) {}

  asio::steady_timer timer;
  bool done = false;
  bool fresh = false;
};

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

bool Cache::refresh_aside(Query& query,
                          Next next,
                          const Entry& entry,
                          const Meter& meter,
                          std::function<void(bool)> done) const {
  const TimePoint now = query.engine().clock().now();
  if (!entry.claim_refresh(now, now + kRefreshLimit)) return false;
  const Refresh refresh = refresh_of(entry, meter, now);
  const AuthenticData asked(query);
  const bool begun = query.engine().background(
      query, next, [this, refresh, done = std::move(done)](Query& copy, Outcome outcome) {
        const bool fresh = accept(copy, outcome, refresh).has_value();
        release(copy, fresh);
        if (done) done(fresh);
      });
  asked.restore(query);
  if (begun) {
    meter.prefetch->add(query.engine().lane());
  } else {
    entry.release_refresh(now);
  }
  return begun;
}

std::optional<Verdict> Cache::accept(const Query& query,
                                     Outcome outcome,
                                     const Refresh& refresh) const {
  if (outcome == Outcome::drop || query.failed()) return std::nullopt;
  const Verdict verdict = judge_answer(query);
  if (!verdict.statement) return std::nullopt;
  const bool stored = remember(query, verdict, refresh);
  if (refresh.only_positive && !verdict.answers) return std::nullopt;
  // The old answer is known to be over, and the new one is not to be kept.
  if (!stored) forget(query);
  return verdict;
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

Reply Cache::verify(Query& query, Next next, const Entry& entry, const Meter& meter) const {
  const Packed* old = copy_to(query.arena(), entry.packed());
  if (old == nullptr) return give_stale(query, entry.packed(), meter);
  const StaleSettings& stale = settings_.stale;
  if (stale.verify_timeout > Duration::zero()) return verify_aside(query, next, entry, *old, meter);
  const TimePoint now = query.engine().clock().now();
  const bool limited = stale.recheck > Duration::zero();
  if (limited && !entry.claim_refresh(now, now + kRefreshLimit)) {
    return give_stale(query, *old, meter);
  }
  return verify_here(query, next, *old, refresh_of(entry, meter, now));
}

Reply Cache::verify_here(Query& query, Next next, const Packed& old, const Refresh& refresh) const {
  const AuthenticData asked(query);
  return next(query).then([this, &query, &old, refresh, asked](Outcome outcome) {
    asked.restore(query);
    const auto verdict = accept(query, outcome, refresh);
    release(query, verdict.has_value());
    return verdict ? finish(query, *verdict) : give_stale(query, old, *refresh.meter);
  });
}

Reply Cache::verify_aside(
    Query& query, Next next, const Entry& entry, const Packed& old, const Meter& meter) const {
  const auto verification =
      std::make_shared<Verification>(query.engine().executor(), settings_.stale.verify_timeout);
  const bool begun = refresh_aside(query, next, entry, meter, [verification](bool fresh) {
    verification->done = true;
    verification->fresh = fresh;
    verification->timer.cancel();
  });
  if (!begun) return give_stale(query, old, meter);
  if (verification->done) return after_verification(query, old, meter, verification->fresh);
  return await_verification(verification, query, old, meter);
}

asio::awaitable<Outcome> Cache::await_verification(std::shared_ptr<Verification> verification,
                                                   Query& query,
                                                   const Packed& old,
                                                   const Meter& meter) const {
  constexpr auto token = asio::as_tuple(asio::use_awaitable);
  co_await verification->timer.async_wait(token);
  co_return after_verification(query, old, meter, verification->fresh);
}

Outcome Cache::after_verification(Query& query,
                                  const Packed& old,
                                  const Meter& meter,
                                  bool fresh) const {
  const TimePoint now = query.engine().clock().now();
  const Entry* entry = fresh ? find(query, now).entry : nullptr;
  if (entry == nullptr || entry->facts().left(now) <= 0) return give_stale(query, old, meter);
  return give(query, entry->packed(), live_ttl(entry->facts(), now));
}

}  // namespace catena::cache
