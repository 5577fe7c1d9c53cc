// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/hash.hpp"
#include "core/plugin/attempt.hpp"
#include "core/plugin/engine.hpp"
#include "core/plugin/plugin.hpp"
#include "core/plugin/setup.hpp"

#include "plugins/cache/cacheability.hpp"
#include "plugins/cache/flight.hpp"
#include "plugins/cache/meters.hpp"
#include "plugins/cache/settings.hpp"
#include "plugins/cache/store.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace catena::cache {

/// What a cache remembers; lives on through reloads that change nothing in its server block. Any
/// thread.
struct Memory {
  Memory(const Settings& settings, epoch::Domain& domain);

  Store& of(Fate fate) { return fate == Fate::denial ? denial : success; }

  SeededHash hash;
  Store success;
  Store denial;
};

/// Answers repeated questions from memory. A hit neither waits nor allocates nor locks; what it
/// adds to the response points into an entry and is good until the worker's quiescent point. Of the
/// same questions that miss on one worker at once, one is asked and the others wait for its answer.
class Cache final : public Plugin, public Assembled, public WorkerAware {
 public:
  /// `lanes` as Registry::lanes().
  Cache(Settings settings, Meters meters, std::shared_ptr<Memory> memory, std::size_t lanes)
      : settings_(std::move(settings)),
        meters_(std::move(meters)),
        memory_(std::move(memory)),
        flights_(lanes) {}

  Reply serve(Query& query, Next next) const override;

  std::string assembled(const Chain& chain) override;

  void enter(Engine&) override {}
  void leave(Engine& engine) override { flights_[index(engine.lane())].close(); }

 private:
  struct Found {
    const Entry* entry = nullptr;
    Fate fate = Fate::not_kept;
  };
  /// What a refresh has to know of the entry that it began with, which may be gone when it ends.
  struct Refresh {
    const Meter* meter;
    std::uint32_t hits;
    TimePoint last_hit;
    bool only_positive;  ///< Nothing but a positive answer takes the place of this entry.
  };

  // cache.cpp: lookup, miss, and what is stored.
  Found find(const Query& query, TimePoint now) const;
  const Entry* usable(const Store& store, const Key& key, std::uint64_t hash, TimePoint now) const;
  Outcome after_miss(
      Query& query, Outcome outcome, const Meter& meter, Attempt& attempt, Flight* flight) const;
  void remember_failure(const Query& query, const Meter& meter) const;
  bool remember(const Query& query, const Cacheability& cacheability, const Refresh& refresh) const;
  bool store(const Query& query, Fate fate, const Facts& facts, const Refresh& refresh) const;
  /// Calls `visit(store, key, hash, entry)` for all that is kept for a question, of use or not.
  template <class Visit>
  void each_entry(const Query& query, Visit&& visit) const;
  Cacheability appraise(const Query& query) const;
  Outcome finish(Query& query, const Cacheability& cacheability) const;
  Outcome give(Query& query, const Packed& packed, std::uint32_t ttl) const;
  std::uint32_t live_ttl(const Facts& facts, TimePoint now) const;

  // sharing.cpp: one question for all who ask it.
  Flights& flights_of(const Query& query) const { return flights_[index(query.engine().lane())]; }
  Flight* flight_of(const Query& query) const;
  std::shared_ptr<Flight> begin_flight(const Query& query) const;
  Reply ask(Query& query, Next next, const Meter& meter) const;
  asio::awaitable<Outcome> lead(Query& query,
                                Reply reply,
                                std::shared_ptr<Flight> flight,
                                const Meter& meter,
                                Attempt attempt) const;
  Reply follow(Query& query, Next next, const Meter& meter, Flight& flight) const;
  asio::awaitable<Outcome> await_answer(Query& query,
                                        Next next,
                                        const Meter& meter,
                                        std::unique_ptr<Follower> follower) const;

  // refresh.cpp: prefetch and stale answers.
  bool prefetch_due(const Entry& entry, TimePoint now) const;
  Refresh refresh_of(const Entry& entry, const Meter& meter, TimePoint now) const;
  void refresh_aside(Query& query, Next next, const Entry& entry, const Meter& meter) const;
  bool refresh(Query& query,
               Next next,
               const Refresh& refresh,
               Errand::As as,
               std::shared_ptr<Flight> flight) const;
  void after_refresh(Query& copy, Outcome outcome, const Refresh& refresh, Flight& flight) const;
  bool accept(const Query& query, const Cacheability& cacheability, const Refresh& refresh) const;
  void release(const Query& query, bool fresh) const;
  void forget(const Query& query) const;
  Reply serve_stale(Query& query, Next next, const Entry& entry, const Meter& meter) const;
  Outcome give_stale(Query& query, const Packed& packed, const Meter& meter) const;
  Reply verify(Query& query, Next next, const Entry& entry, const Meter& meter) const;
  Reply begin_verification(Query& query,
                           Next next,
                           const Refresh& refresh,
                           const Packed& old) const;
  Reply follow_verification(Query& query,
                            const Packed& old,
                            const Meter& meter,
                            std::unique_ptr<Follower> follower) const;
  asio::awaitable<Outcome> await_verification(Query& query,
                                              const Packed& old,
                                              const Meter& meter,
                                              std::unique_ptr<Follower> follower) const;

  Settings settings_;
  Meters meters_;
  std::shared_ptr<Memory> memory_;
  mutable std::vector<Flights> flights_;  // By lane; each touched by its own thread only.
};

/// Corefile to Cache.
void setup(Setup& setup);

/// The directive's settings; what is wrong is reported through it.
Settings parse(const Setup& setup, config::Directive& directive);

}  // namespace catena::cache
