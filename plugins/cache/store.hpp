// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"
#include "core/base/epoch.hpp"

#include "plugins/cache/entry.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

namespace catena::cache {

/// How much a store holds.
struct StoreLimits {
  /// Answers, as a Corefile says it; at least 1,024 and a multiple of 256 are kept.
  long long capacity = 10000;
  /// How long an answer is of use after its TTL.
  Duration stale{0};

  /// A Corefile's number that is larger counts as this one.
  static constexpr long long kMost = 1 << 24;
  /// What an answer may take on average when the store is full.
  static constexpr std::size_t kAverage = 1024;

  /// The number of answers that is really kept.
  std::size_t entries() const;
};

/// Answers of one class (success or denial) for all workers, a set-associative table: the hash of a
/// key says its bucket, which is one cache line of seven pointers with a byte of the hash each.
/// Readers take no lock and write nothing; what they found is theirs until their worker's quiescent
/// point. A writer locks one of 16 shards. When a bucket, the shard's number of entries or its
/// bytes are at their limit, a CLOCK takes the next entry that nobody asked for since the hand came
/// by. Owns its entries; the epoch frees those that are taken out. Any thread.
class Store {
 public:
  Store(const StoreLimits& limits, epoch::Domain& domain);
  ~Store();
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  /// Begins to load what find() will look at, while the caller does something else.
  void warm(std::uint64_t hash) const { __builtin_prefetch(&buckets_[bucket_of(hash)]); }

  /// The entry with this key, however old; null if there is none.
  const Entry* find(const Key& key, std::uint64_t hash) const;

  /// Puts in an entry in place of the one with its key. Returns how many others that were still of
  /// use had to go for it.
  std::size_t insert(Entry::Owned entry, const Key& key, std::uint64_t hash, TimePoint now);

  /// True when there was one.
  bool erase(const Key& key, std::uint64_t hash);

  std::size_t size() const { return size_.load(std::memory_order_relaxed); }
  std::size_t bytes() const { return bytes_.load(std::memory_order_relaxed); }
  std::size_t capacity() const { return shard_entries_ * kShards; }

 private:
  static constexpr std::size_t kShards = 16;
  static constexpr std::size_t kWays = 7;

  /// Lies in memory that the kernel gave zeroed, so that an empty table costs no memory. Only
  /// touched through std::atomic_ref.
  struct alignas(64) Bucket {
    Entry* ways[kWays];
    std::uint8_t tags[kWays];
    std::uint8_t hand;  // Of the bucket's own CLOCK. Guarded by the shard's mutex.
  };
  static_assert(sizeof(Bucket) == 64);

  struct alignas(64) Shard {
    std::mutex mutex;
    std::size_t entries = 0;  // All guarded by mutex.
    std::size_t bytes = 0;
    std::size_t hand = 0;  // The slot that the CLOCK looks at next.
  };

  struct Home {
    Shard& shard;
    Bucket& bucket;
    std::size_t first;  // The shard's first bucket.
  };

  /// One insertion while its shard is locked.
  struct Change {
    TimePoint now;
    std::vector<Entry*> removed;  // Given to the epoch after the lock.
    std::size_t evicted = 0;
  };

  /// The upper half of the hash is scaled to the table's size; the tag is of the lower half.
  std::size_t bucket_of(std::uint64_t hash) const {
    return ((hash >> 32) * (shard_buckets_ * kShards)) >> 32;
  }
  Home home(std::uint64_t hash) const;
  static Entry* load(const Bucket& bucket, std::size_t way);
  static std::size_t way_of(const Bucket& bucket, const Key& key);
  bool dead(const Entry& entry, TimePoint now) const;
  void count_in(Shard& shard, const Entry& entry);
  void count_out(Shard& shard, const Entry& entry);
  void publish(const Home& at, std::size_t way, Entry* entry, std::uint64_t hash, Change& change);
  void take_out(Shard& shard, Bucket& bucket, std::size_t way, Change& change);
  std::size_t free_way(const Home& at, Change& change);
  void evict_one(const Home& at, const Entry* spared, Change& change);
  void retire(const std::vector<Entry*>& removed);

  epoch::Domain& domain_;
  const Duration stale_;
  const std::size_t shard_entries_;
  const std::size_t shard_bytes_;
  const std::size_t shard_buckets_;
  std::unique_ptr<void, void (*)(void*)> memory_;
  Bucket* buckets_;
  mutable std::array<Shard, kShards> shards_;
  std::atomic<std::size_t> size_{0};
  std::atomic<std::size_t> bytes_{0};
};

}  // namespace catena::cache
