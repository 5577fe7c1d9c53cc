// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/hash.hpp"
#include "core/plugin/engine.hpp"
#include "core/plugin/plugin.hpp"
#include "core/plugin/setup.hpp"

#include "plugins/cache/meters.hpp"
#include "plugins/cache/settings.hpp"
#include "plugins/cache/store.hpp"
#include "plugins/cache/verdict.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

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
/// adds to the response points into an entry and is good until the worker's quiescent point.
class Cache final : public Plugin {
 public:
  Cache(Settings settings, Meters meters, std::shared_ptr<Memory> memory)
      : settings_(std::move(settings)), meters_(std::move(meters)), memory_(std::move(memory)) {}

  Reply serve(Query& query, Next next) const override;

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
  struct Verification;

  // cache.cpp: lookup, miss, and what is stored.
  Found find(const Query& query, TimePoint now) const;
  const Entry* usable(const Store& store, const Key& key, std::uint64_t hash, TimePoint now) const;
  Reply miss(Query& query, Next next, const Meter& meter) const;
  Outcome after_miss(Query& query, Outcome outcome, const Meter& meter) const;
  void remember_failure(const Query& query, const Meter& meter) const;
  bool remember(const Query& query, const Verdict& verdict, const Refresh& refresh) const;
  bool store(const Query& query, Fate fate, const Facts& facts, const Refresh& refresh) const;
  /// Calls `visit(store, key, hash, entry)` for all that is kept for a question, of use or not.
  template <class Visit>
  void each_entry(const Query& query, Visit&& visit) const;
  Verdict judge_answer(const Query& query) const;
  Outcome finish(Query& query, const Verdict& verdict) const;
  Outcome give(Query& query, const Packed& packed, std::uint32_t ttl) const;
  std::uint32_t live_ttl(const Facts& facts, TimePoint now) const;

  // refresh.cpp: prefetch and stale answers.
  bool prefetch_due(const Entry& entry, TimePoint now) const;
  Refresh refresh_of(const Entry& entry, const Meter& meter, TimePoint now) const;
  bool refresh_aside(Query& query,
                     Next next,
                     const Entry& entry,
                     const Meter& meter,
                     std::function<void(bool)> done = nullptr) const;
  std::optional<Verdict> accept(const Query& query, Outcome outcome, const Refresh& refresh) const;
  void release(const Query& query, bool fresh) const;
  void forget(const Query& query) const;
  Reply serve_stale(Query& query, Next next, const Entry& entry, const Meter& meter) const;
  Outcome give_stale(Query& query, const Packed& packed, const Meter& meter) const;
  Reply verify(Query& query, Next next, const Entry& entry, const Meter& meter) const;
  Reply verify_aside(
      Query& query, Next next, const Entry& entry, const Packed& old, const Meter& meter) const;
  Reply verify_here(Query& query, Next next, const Packed& old, const Refresh& refresh) const;
  Outcome after_verification(Query& query, const Packed& old, const Meter& meter, bool fresh) const;
  asio::awaitable<Outcome> await_verification(std::shared_ptr<Verification> verification,
                                              Query& query,
                                              const Packed& old,
                                              const Meter& meter) const;

  Settings settings_;
  Meters meters_;
  std::shared_ptr<Memory> memory_;
};

/// Corefile to Cache.
void setup(Setup& setup);

/// The directive's settings; what is wrong is reported through it.
Settings parse(const Setup& setup, config::Directive& directive);

}  // namespace catena::cache
