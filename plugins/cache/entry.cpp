// SPDX-License-Identifier: Apache-2.0
#include "plugins/cache/entry.hpp"

#include <cstring>
#include <memory>
#include <new>

namespace catena::cache {

Entry::Entry(const Key& key, const Facts& facts, std::size_t records_size, const Basis& basis)
    : facts_(facts),
      basis_size_(basis.empty() ? 0 : sizeof(KeptBasis)),
      key_size_(static_cast<std::uint16_t>(key.bytes().size())),
      records_size_(static_cast<std::uint32_t>(records_size)) {
  if (!basis.empty()) new (behind()) KeptBasis(basis);
  std::memcpy(bytes(), key.bytes().data(), key_size_);
}

Entry::Owned Entry::make(const Key& key,
                         dns::NameView name,
                         Facts facts,
                         const dns::Response& response,
                         const Basis& basis) {
  const auto size = packed_size(response, name);
  if (!size || basis.too_many()) return nullptr;
  for (std::size_t i = 0; i < facts.counts.size(); ++i) {
    const auto section = static_cast<dns::Section>(i);
    facts.counts[i] = static_cast<std::uint16_t>(response.records(section).size());
  }
  const std::size_t before = sizeof(Entry) + (basis.empty() ? 0 : sizeof(KeptBasis));
  void* memory = ::operator new(before + key.bytes().size() + *size);
  Owned entry(new (memory) Entry(key, facts, *size, basis));
  pack(response, name, {entry->bytes() + entry->key_size_, *size});
  return entry;
}

void Entry::destroy(void* memory) {
  auto* entry = static_cast<Entry*>(memory);
  if (entry->basis_size_ != 0) std::destroy_at(entry->basis());
  entry->~Entry();
  ::operator delete(memory);
}

bool Entry::is(std::span<const std::uint8_t> key) const {
  return key.size() == key_size_ && std::memcmp(key.data(), bytes(), key_size_) == 0;
}

std::uint32_t Entry::count_hit(TimePoint now, Duration window) const {
  const std::int64_t at = now.time_since_epoch().count();
  const bool long_ago = at - last_hit_.load(std::memory_order_relaxed) > window.count();
  last_hit_.store(at, std::memory_order_relaxed);
  // Two workers at once may count one hit: a popularity needs no more.
  const std::uint32_t before = hits_.load(std::memory_order_relaxed);
  const std::uint32_t hits = long_ago ? 1 : before + (before != UINT32_MAX ? 1u : 0u);
  hits_.store(hits, std::memory_order_relaxed);
  return hits;
}

void Entry::carry_hits(std::uint32_t hits, TimePoint last) const {
  hits_.store(hits, std::memory_order_relaxed);
  last_hit_.store(last.time_since_epoch().count(), std::memory_order_relaxed);
}

bool Entry::claim_refresh(TimePoint now, TimePoint until) const {
  std::int64_t from = refresh_from_.load(std::memory_order_relaxed);
  if (now.time_since_epoch().count() < from) return false;
  return refresh_from_.compare_exchange_strong(from, until.time_since_epoch().count(),
                                               std::memory_order_relaxed);
}

}  // namespace catena::cache
