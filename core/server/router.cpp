// SPDX-License-Identifier: Apache-2.0
#include "core/server/router.hpp"

#include "core/server/configuration.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace catena::server {
namespace {

constexpr std::uint64_t kSeed = 0xcbf29ce484222325u;

// FNV-1a over one label, on top of the hash of the labels right of it. The table holds the zones of
// a Corefile, so nobody outside chooses what collides.
std::uint64_t add_label(std::uint64_t hash, std::string_view label) {
  for (const char c : label) {
    hash = (hash ^ static_cast<std::uint8_t>(to_lower(c))) * 0x100000001b3u;
  }
  return (hash ^ 0x100u) * 0x100000001b3u;
}

// The suffixes of a name, from the longest that can be a zone to the last label. The arrays are
// filled as far as `count` says only.
class Suffixes {
 public:
  Suffixes(dns::NameView name, std::size_t most_labels) : longest_(name.last(most_labels)) {
    for (name = longest_; !name.is_root(); name = name.parent()) {
      offsets_[count_++] = static_cast<std::uint8_t>(longest_.size() - name.size());
    }
    std::uint64_t hash = kSeed;
    for (std::size_t i = count_; i-- > 0;) {
      hash = add_label(hash, (*this)[i].first_label());
      hashes_[i] = hash;
    }
  }

  std::size_t count() const { return count_; }
  std::uint64_t hash(std::size_t i) const { return hashes_[i]; }
  dns::NameView operator[](std::size_t i) const {
    return {longest_.data() + offsets_[i], longest_.size() - offsets_[i]};
  }

 private:
  dns::NameView longest_;
  std::size_t count_ = 0;
  std::array<std::uint8_t, 128> offsets_;
  std::array<std::uint64_t, 128> hashes_;
};

std::uint64_t hash_of(dns::NameView name) {
  const Suffixes suffixes(name, 128);
  return suffixes.count() == 0 ? kSeed : suffixes.hash(0);
}

}  // namespace

void Router::add(const dns::Name& zone, const Block& block) {
  const auto same = [&](const Zone& other) { return other.name == zone; };
  auto found = std::find_if(zones_.begin(), zones_.end(), same);
  if (found == zones_.end()) {
    found = zones_.insert(found, {zone, hash_of(zone), {}});
    most_labels_ = std::max(most_labels_, zone.view().label_count());
    rebuild();
  }
  found->blocks.push_back(&block);
}

void Router::rebuild() {
  table_.assign(std::bit_ceil(zones_.size() * 2 + 1), 0);
  for (std::size_t i = 0; i < zones_.size(); ++i) {
    std::size_t at = zones_[i].hash & (table_.size() - 1);
    while (table_[at] != 0) at = (at + 1) & (table_.size() - 1);
    table_[at] = static_cast<std::uint32_t>(i + 1);
  }
}

const Router::Zone* Router::find(dns::NameView name, std::uint64_t hash) const {
  if (table_.empty()) return nullptr;
  for (std::size_t at = hash & (table_.size() - 1); table_[at] != 0;
       at = (at + 1) & (table_.size() - 1)) {
    const Zone& zone = zones_[table_[at] - 1];
    if (zone.hash == hash && zone.name.view() == name) return &zone;
  }
  return nullptr;
}

const Block* Router::choose(const Zone& zone, Query& query) const {
  for (const Block* block : zone.blocks) {
    query.set_block(zone.name, {}, &block->metadata);
    const auto accepts = [&query](const BlockFilter* filter) { return filter->accepts(query); };
    if (!std::all_of(block->filters.begin(), block->filters.end(), accepts)) continue;
    if (!block->filters.empty()) {
      query.set_block(zone.name, block->filters.front()->view(), &block->metadata);
    }
    return block;
  }
  return nullptr;
}

const Block* Router::walk(Query& query, Walk walk) const {
  const Suffixes suffixes(query.name(), most_labels_);
  const Block* chosen = nullptr;
  for (std::size_t i = 0; i < suffixes.count(); ++i) {
    const Zone* zone = find(suffixes[i], suffixes.hash(i));
    if (zone == nullptr) continue;
    const dns::NameView zone_before = query.zone();
    const std::string_view view_before = query.view();
    if (const Block* block = choose(*zone, query)) {
      chosen = block;
      if (walk == Walk::first_match || block->chain.empty()) return chosen;
    } else if (chosen != nullptr) {
      query.set_block(zone_before, view_before, &chosen->metadata);
    }
  }
  return chosen;
}

const Block* Router::choose_root(Query& query) const {
  const Zone* root = find({}, kSeed);
  if (root == nullptr) return nullptr;
  const Block* block = choose(*root, query);
  return block != nullptr && !block->chain.empty() ? block : nullptr;
}

const Block* Router::route(Query& query) const {
  // The record at a zone cut belongs to the parent (RFC 4035 section 3.1.4.1).
  const bool parent_side = query.type() == dns::Type::DS && query.opcode() == dns::Opcode::Query;
  const Block* block = walk(query, parent_side ? Walk::last_match : Walk::first_match);
  if (block == nullptr) block = choose_root(query);
  if (block == nullptr) query.set_block({}, {}, nullptr);
  return block;
}

}  // namespace catena::server
