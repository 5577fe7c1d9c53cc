// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/query.hpp"

#include <span>
#include <type_traits>

namespace catena {

/// One value in a slot of a query; lies in the query's arena.
struct LeftInSlot {
  const void* slot;
  const void* value;
  const LeftInSlot* older;
};

/// A place in every query for a value that its plugin leaves there and finds again later, as a
/// MetadataSource mostly. The slot itself is a member of the plugin, or shared by all plugins of
/// one directive; it says which value is meant and holds none. As long as nobody leaves anything a
/// query pays nothing for it.
///
/// A query knows a slot by its address. That is sound since slots are objects and no symbols: it
/// does not matter which library has been compiled with what. A query keeps its configuration, and
/// thereby the slots, until it ends and forgets what was left, so that no other slot can have come
/// to the address meanwhile. No base class and never [[no_unique_address]]: two slots without
/// members may then be at one address.
template <class T>
class QuerySlot final {
 public:
  static_assert(std::is_trivially_destructible_v<T> && std::is_trivially_copyable_v<T>,
                "a query's arena destroys nothing");

  QuerySlot() = default;
  QuerySlot(const QuerySlot&) = delete;
  QuerySlot& operator=(const QuerySlot&) = delete;

  /// What `value` points to lives as long as the query. Nothing happens where the arena is full.
  void leave(Query& query, const T& value) const {
    const std::span<Room> room = query.arena().array_if_room<Room>(1);
    if (room.empty()) return;
    room[0] = {value, {this, &room[0].value, query.left_in_slots()}};
    query.set_left_in_slots(&room[0].entry);
  }

  /// What was left last; null if nothing was.
  const T* find(const Query& query) const {
    for (const LeftInSlot* left = query.left_in_slots(); left != nullptr; left = left->older) {
      if (left->slot == this) return static_cast<const T*>(left->value);
    }
    return nullptr;
  }

 private:
  struct Room {
    T value;
    LeftInSlot entry;
  };
};

}  // namespace catena
