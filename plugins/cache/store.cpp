// SPDX-License-Identifier: Apache-2.0
#include "plugins/cache/store.hpp"

#include <algorithm>
#include <cstdlib>
#include <new>

namespace catena::cache {
namespace {

template <class T>
T load_acquire(const T& place) {
  return std::atomic_ref<T>(const_cast<T&>(place)).load(std::memory_order_acquire);
}

template <class T>
void store_release(T& place, T value) {
  std::atomic_ref<T>(place).store(value, std::memory_order_release);
}

std::uint8_t tag_of(std::uint64_t hash) { return static_cast<std::uint8_t>(hash); }

/// Three entries a bucket when the shard is full, so that seven ways hardly ever overflow before.
constexpr std::size_t kLoad = 3;

/// Zeroed memory for `size` bytes at any multiple of 64 within.
void* zeroed(std::size_t size) {
  void* memory = std::calloc(1, size + 64);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace

std::size_t StoreLimits::entries() const {
  const long long most = std::min(capacity, kMost);
  return static_cast<std::size_t>(std::max(most / 256, 4LL)) * 256;
}

Store::Store(const StoreLimits& limits, epoch::Domain& domain)
    : domain_(domain),
      stale_(limits.stale),
      shard_entries_(limits.entries() / kShards),
      shard_bytes_(shard_entries_ * StoreLimits::kAverage),
      shard_buckets_(shard_entries_ / kLoad + 1),
      memory_(zeroed(shard_buckets_ * kShards * sizeof(Bucket)), std::free) {
  const auto address = reinterpret_cast<std::uintptr_t>(memory_.get());
  buckets_ = reinterpret_cast<Bucket*>((address + 63) & ~std::uintptr_t{63});
}

Store::~Store() {
  for (std::size_t i = 0; i < shard_buckets_ * kShards * kWays; ++i) {
    if (Entry* entry = load(buckets_[i / kWays], i % kWays)) domain_.retire(entry, Entry::destroy);
  }
}

Entry* Store::load(const Bucket& bucket, std::size_t way) { return load_acquire(bucket.ways[way]); }

Store::Home Store::home(std::uint64_t hash) const {
  const std::size_t bucket = bucket_of(hash);
  const std::size_t shard = bucket / shard_buckets_;
  return {shards_[shard], buckets_[bucket], shard * shard_buckets_};
}

const Entry* Store::find(const Key& key, std::uint64_t hash) const {
  const Bucket& bucket = buckets_[bucket_of(hash)];
  for (std::size_t way = 0; way < kWays; ++way) {
    if (load_acquire(bucket.tags[way]) != tag_of(hash)) continue;
    const Entry* entry = load(bucket, way);
    if (entry != nullptr && entry->is(key.bytes())) return entry;
  }
  return nullptr;
}

std::size_t Store::way_of(const Bucket& bucket, const Key& key) {
  for (std::size_t way = 0; way < kWays; ++way) {
    const Entry* entry = load(bucket, way);
    if (entry != nullptr && entry->is(key.bytes())) return way;
  }
  return kWays;
}

bool Store::dead(const Entry& entry, TimePoint now) const { return !entry.of_use(now, stale_); }

void Store::count_in(Shard& shard, const Entry& entry) {
  shard.entries += 1;
  shard.bytes += entry.size();
  size_.fetch_add(1, std::memory_order_relaxed);
  bytes_.fetch_add(entry.size(), std::memory_order_relaxed);
}

void Store::count_out(Shard& shard, const Entry& entry) {
  shard.entries -= 1;
  shard.bytes -= entry.size();
  size_.fetch_sub(1, std::memory_order_relaxed);
  bytes_.fetch_sub(entry.size(), std::memory_order_relaxed);
}

void Store::publish(
    const Home& at, std::size_t way, Entry* entry, std::uint64_t hash, Change& change) {
  Entry* before = load(at.bucket, way);
  count_in(at.shard, *entry);
  if (before != nullptr) count_out(at.shard, *before);
  store_release(at.bucket.tags[way], tag_of(hash));
  store_release(at.bucket.ways[way], entry);
  if (before != nullptr) change.removed.push_back(before);
}

void Store::take_out(Shard& shard, Bucket& bucket, std::size_t way, Change& change) {
  Entry* entry = load(bucket, way);
  count_out(shard, *entry);
  store_release<Entry*>(bucket.ways[way], nullptr);
  change.removed.push_back(entry);
}

std::size_t Store::free_way(const Home& at, Change& change) {
  std::size_t free = kWays;
  for (std::size_t way = 0; way < kWays; ++way) {
    const Entry* entry = load(at.bucket, way);
    if (entry != nullptr && dead(*entry, change.now)) {
      take_out(at.shard, at.bucket, way, change);
      entry = nullptr;
    }
    if (entry == nullptr) free = way;
  }
  if (free != kWays) return free;
  // Each turn takes away a mark; readers may set it again, so the number of turns is fixed.
  std::size_t way = at.bucket.hand;
  for (std::size_t turn = 0; turn < kWays && load(at.bucket, way)->forget_use(); ++turn) {
    way = (way + 1) % kWays;
  }
  at.bucket.hand = static_cast<std::uint8_t>((way + 1) % kWays);
  ++change.evicted;
  return way;
}

void Store::evict_one(const Home& at, const Entry* spared, Change& change) {
  const std::size_t slots = shard_buckets_ * kWays;
  for (std::size_t turn = 0; turn < 2 * slots; ++turn) {
    const std::size_t slot = at.shard.hand;
    at.shard.hand = (slot + 1) % slots;
    Bucket& bucket = buckets_[at.first + slot / kWays];
    const Entry* entry = load(bucket, slot % kWays);
    if (entry == nullptr || entry == spared) continue;
    const bool useless = dead(*entry, change.now);
    if (!useless && turn < slots && entry->forget_use()) continue;
    take_out(at.shard, bucket, slot % kWays, change);
    if (!useless) ++change.evicted;
    return;
  }
}

std::size_t Store::insert(Entry::Owned owned, const Key& key, std::uint64_t hash, TimePoint now) {
  Change change{.now = now, .removed = {}, .evicted = 0};
  const Home at = home(hash);
  {
    const std::lock_guard lock(at.shard.mutex);
    Entry* entry = owned.release();
    const std::size_t same = way_of(at.bucket, key);
    publish(at, same != kWays ? same : free_way(at, change), entry, hash, change);
    while (at.shard.entries > shard_entries_ ||
           (at.shard.bytes > shard_bytes_ && at.shard.entries > 1)) {
      evict_one(at, entry, change);
    }
  }
  retire(change.removed);
  return change.evicted;
}

bool Store::erase(const Key& key, std::uint64_t hash) {
  // Most keys that are to go are not there: looking first keeps the lock for those that are.
  if (find(key, hash) == nullptr) return false;
  Change change{.now = {}, .removed = {}, .evicted = 0};
  const Home at = home(hash);
  {
    const std::lock_guard lock(at.shard.mutex);
    const std::size_t way = way_of(at.bucket, key);
    if (way != kWays) take_out(at.shard, at.bucket, way, change);
  }
  retire(change.removed);
  return !change.removed.empty();
}

void Store::retire(const std::vector<Entry*>& removed) {
  for (Entry* entry : removed) domain_.retire(entry, Entry::destroy);
}

}  // namespace catena::cache
