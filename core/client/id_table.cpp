// SPDX-License-Identifier: Apache-2.0
#include "core/client/id_table.hpp"

#include <utility>

namespace catena::client {
namespace {
constexpr std::size_t kFirstSize = 16;
}

// The slot that holds the id, or the free one where it would go. Ids are random already.
std::size_t IdTable::slot_of(std::uint16_t id) const {
  const std::size_t mask = slots_.size() - 1;
  std::size_t at = id & mask;
  while (slots_[at].call != nullptr && slots_[at].id != id) at = (at + 1) & mask;
  return at;
}

Call* IdTable::find(std::uint16_t id) const {
  return slots_.empty() ? nullptr : slots_[slot_of(id)].call;
}

std::uint16_t IdTable::insert(Call& call, Random& random) {
  if (slots_.size() < 2 * (size_ + 1)) grow();
  std::uint16_t id = random.next16();
  while (find(id) != nullptr) id = random.next16();
  put(call, id);
  return id;
}

void IdTable::put(Call& call, std::uint16_t id) {
  slots_[slot_of(id)] = Slot{&call, id};
  ++size_;
}

void IdTable::grow() {
  std::vector<Slot> old(slots_.empty() ? kFirstSize : 2 * slots_.size());
  std::swap(old, slots_);
  size_ = 0;
  for (const Slot& slot : old) {
    if (slot.call != nullptr) put(*slot.call, slot.id);
  }
}

// Closes the gap, so that no search ends too early (Knuth, volume 3, algorithm 6.4R).
void IdTable::remove(std::uint16_t id) {
  if (find(id) == nullptr) return;
  const std::size_t mask = slots_.size() - 1;
  std::size_t gap = slot_of(id);
  for (std::size_t at = (gap + 1) & mask; slots_[at].call != nullptr; at = (at + 1) & mask) {
    const std::size_t home = slots_[at].id & mask;
    if (((at - home) & mask) < ((at - gap) & mask)) continue;
    slots_[gap] = slots_[at];
    gap = at;
  }
  slots_[gap] = Slot{};
  --size_;
}

}  // namespace catena::client
