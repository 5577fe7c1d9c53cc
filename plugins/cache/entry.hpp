// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/lent.hpp"
#include "core/plugin/basis.hpp"

#include "plugins/cache/key.hpp"
#include "plugins/cache/packed.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>

namespace catena::cache {

/// A published answer: one allocation, never changed but for a few relaxed atomics that say how it
/// is used. Any thread.
class Entry {
 public:
  struct Free {
    void operator()(Entry* entry) const { destroy(entry); }
  };
  using Owned = std::unique_ptr<Entry, Free>;

  /// Null when the answer is too large to keep (packed_size()), or is made of too many data that
  /// change. `facts.counts` is filled in here.
  static Owned make(const Key& key,
                    dns::NameView name,
                    Facts facts,
                    const dns::Response& response,
                    const Basis& basis = {});
  static void destroy(void* entry);

  bool is(std::span<const std::uint8_t> key) const;
  const Facts& facts() const { return facts_; }
  /// The records until the worker's quiescent point.
  Packed packed() const { return {facts_, epoch::lend({bytes() + key_size_, records_size_})}; }

  /// What the answer was made of has not changed since.
  bool current() const { return basis_size_ == 0 || basis()->current(); }

  /// Whoever is given the answer depends on the same.
  void add_basis_to(Basis& to) const {
    if (basis_size_ != 0) basis()->add_to(to);
  }

  /// Whether it may be given at `now`, with Facts::of_use()'s `window`.
  bool of_use(TimePoint now, Duration window) const {
    return facts_.of_use(now, window) && current();
  }

  /// Bytes of memory, without what the allocator adds.
  std::size_t size() const { return sizeof(Entry) + basis_size_ + key_size_ + records_size_; }

  /// Tells eviction that somebody wanted it. Writes only the first time.
  void mark_used() const {
    if (!used_.load(std::memory_order_relaxed)) used_.store(true, std::memory_order_relaxed);
  }
  /// Whether somebody wanted it since the last call.
  bool forget_use() const { return used_.exchange(false, std::memory_order_relaxed); }

  /// Counts a hit and returns how many there were without a pause longer than `window`.
  std::uint32_t count_hit(TimePoint now, Duration window) const;
  std::uint32_t hits() const { return hits_.load(std::memory_order_relaxed); }
  /// Begins with the hits of the entry before.
  void carry_hits(std::uint32_t hits, TimePoint last) const;

  /// True for the first to ask at `now`; nobody else gets it before `until` or release().
  bool claim_refresh(TimePoint now, TimePoint until) const;
  /// A refresh has ended; the next may begin at `next`.
  void release_refresh(TimePoint next) const {
    refresh_from_.store(next.time_since_epoch().count(), std::memory_order_relaxed);
  }

 private:
  Entry(const Key& key, const Facts& facts, std::size_t records_size, const Basis& basis);
  // Behind the entry lie what it is based on, if anything, the key and the records.
  const KeptBasis* basis() const { return reinterpret_cast<const KeptBasis*>(this + 1); }
  std::uint8_t* behind() { return reinterpret_cast<std::uint8_t*>(this + 1); }
  std::uint8_t* bytes() { return behind() + basis_size_; }
  const std::uint8_t* bytes() const {
    return reinterpret_cast<const std::uint8_t*>(this + 1) + basis_size_;
  }

  Facts facts_;
  mutable std::atomic<bool> used_{false};
  std::uint8_t basis_size_ = 0;
  std::uint16_t key_size_;
  std::uint32_t records_size_;
  mutable std::atomic<std::uint32_t> hits_{0};
  mutable std::atomic<std::int64_t> last_hit_{0};
  mutable std::atomic<std::int64_t> refresh_from_{0};
};

}  // namespace catena::cache
