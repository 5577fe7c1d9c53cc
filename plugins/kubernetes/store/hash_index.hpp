// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/epoch.hpp"
#include "core/base/hash.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace catena::kubernetes {

using Key = std::span<const std::uint8_t>;

/// A hash table that one writer changes while any number of readers look things up: they take no
/// lock and count no references. What is taken out is freed through the epoch; a pointer that
/// find() gave is good until the reader's next quiescent point. Node has `Key key() const`; keys
/// are unique.
///
/// Open addressing with linear probing over pointers. The table of pointers is replaced when it
/// grows; the nodes stay where they are.
template <class Node>
class HashIndex {
 public:
  explicit HashIndex(epoch::Domain& epoch) : epoch_(epoch), table_(new Table(kSmallest)) {}
  HashIndex(const HashIndex&) = delete;
  HashIndex& operator=(const HashIndex&) = delete;

  ~HashIndex() {
    Table* table = table_.load(std::memory_order_relaxed);
    for (auto& slot : table->slots) {
      Node* node = slot.load(std::memory_order_relaxed);
      if (node != nullptr && node != tombstone()) delete node;
    }
    delete table;
  }

  /// Any thread.
  Node* find(Key key) const {
    const Table& table = *table_.load(std::memory_order_acquire);
    for (std::size_t at = hash_(key);; ++at) {
      Node* node = table.slot(at).load(std::memory_order_acquire);
      if (node == nullptr) return nullptr;
      if (node != tombstone() && equal(node->key(), key)) return node;
    }
  }

  /// Puts a node in, in the place of the one with the same key. The writer only.
  Node* put(std::unique_ptr<Node> node) {
    reserve_one();
    Table& table = *table_.load(std::memory_order_relaxed);
    auto& slot = slot_for(table, node->key());
    Node* old = slot.load(std::memory_order_relaxed);
    slot.store(node.get(), std::memory_order_release);
    if (old == nullptr) {
      ++used_;
      ++size_;
    } else {
      epoch_.retire(std::unique_ptr<Node>(old));
    }
    return node.release();
  }

  /// The writer only.
  void erase(Key key) {
    Table& table = *table_.load(std::memory_order_relaxed);
    auto& slot = slot_for(table, key);
    Node* old = slot.load(std::memory_order_relaxed);
    if (old == nullptr) return;
    slot.store(tombstone(), std::memory_order_release);
    --size_;
    epoch_.retire(std::unique_ptr<Node>(old));
  }

  /// Visits every node, in no order. Any thread; what the writer changes meanwhile may be missed.
  template <class Visit>
  void each(Visit&& visit) const {
    for (const auto& slot : table_.load(std::memory_order_acquire)->slots) {
      Node* node = slot.load(std::memory_order_acquire);
      if (node != nullptr && node != tombstone()) visit(*node);
    }
  }

  /// The writer only.
  std::size_t size() const { return size_; }

 private:
  static constexpr std::size_t kSmallest = 16;

  struct Table {
    explicit Table(std::size_t capacity) : slots(capacity) {}
    std::atomic<Node*>& slot(std::size_t at) { return slots[at & (slots.size() - 1)]; }
    const std::atomic<Node*>& slot(std::size_t at) const { return slots[at & (slots.size() - 1)]; }
    std::vector<std::atomic<Node*>> slots;
  };

  // An address that no node can have marks where one was.
  static Node* tombstone() { return reinterpret_cast<Node*>(std::uintptr_t{1}); }

  static bool equal(Key a, Key b) { return std::equal(a.begin(), a.end(), b.begin(), b.end()); }

  // The node's slot, or the free one that ends its run.
  std::atomic<Node*>& slot_for(Table& table, Key key) {
    for (std::size_t at = hash_(key);; ++at) {
      auto& slot = table.slot(at);
      Node* node = slot.load(std::memory_order_relaxed);
      if (node == nullptr || (node != tombstone() && equal(node->key(), key))) return slot;
    }
  }

  // Half of the slots stay free, so that runs are short; tombstones go when the table is made anew.
  void reserve_one() {
    Table* old = table_.load(std::memory_order_relaxed);
    if (2 * (used_ + 1) <= old->slots.size()) return;
    auto table = std::make_unique<Table>(std::bit_ceil(std::max(kSmallest, 4 * size_)));
    each([&](Node& node) { slot_for(*table, node.key()).store(&node, std::memory_order_relaxed); });
    table_.store(table.release(), std::memory_order_release);
    used_ = size_;
    epoch_.retire(std::unique_ptr<Table>(old));
  }

  epoch::Domain& epoch_;
  SeededHash hash_;
  std::atomic<Table*> table_;
  std::size_t used_ = 0;  // Slots that are not null: nodes and tombstones.
  std::size_t size_ = 0;  // Nodes.
};

}  // namespace catena::kubernetes
