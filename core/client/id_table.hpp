// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/random.hpp"

#include <cstdint>
#include <utility>
#include <vector>

namespace catena::client {

class Call;

/// The calls under way on one socket by their message ids, which are random and unique there. Holds
/// kLimit of them at most. One thread.
class IdTable {
 public:
  /// A guess at one of them hits with kLimit / 65536 at worst.
  static constexpr std::size_t kLimit = 4096;

  /// Null where nobody has this id.
  Call* find(std::uint16_t id) const;

  /// Puts a call under a fresh id and returns it. Only while !full().
  std::uint16_t insert(Call& call, Random& random);

  void remove(std::uint16_t id);

  /// Takes all of them out and hands them to `visit`, which must not end any.
  template <class Visit>
  void drain(Visit&& visit) {
    const std::vector<Slot> slots = std::exchange(slots_, {});
    size_ = 0;
    for (const Slot& slot : slots) {
      if (slot.call != nullptr) visit(*slot.call);
    }
  }

  /// `visit` must not change the table.
  template <class Visit>
  void for_each(Visit&& visit) const {
    for (const Slot& slot : slots_) {
      if (slot.call != nullptr) visit(*slot.call);
    }
  }

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  bool full() const { return size_ == kLimit; }

 private:
  struct Slot {
    Call* call = nullptr;
    std::uint16_t id = 0;
  };
  std::size_t slot_of(std::uint16_t id) const;
  void put(Call& call, std::uint16_t id);
  void grow();

  std::vector<Slot> slots_;  // A power of two, at most half full; linear probing.
  std::size_t size_ = 0;
};

}  // namespace catena::client
