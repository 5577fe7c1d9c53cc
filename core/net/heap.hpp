// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace catena::net {

/// A binary heap of items that lie elsewhere and know their place in it, so that any of them can be
/// moved or removed: O(log n) each, one comparison for an item that belongs to the end. `Order`
/// has `static bool before(const Item&, const Item&)` and `static std::size_t& place(Item&)`.
/// Allocates only to hold more items than ever before. One thread.
template <class Item, class Order>
class Heap {
 public:
  bool empty() const { return items_.empty(); }
  std::size_t size() const { return items_.size(); }
  Item& top() const { return *items_.front(); }

  void push(Item& item) {
    items_.push_back(&item);
    rise(items_.size() - 1);
  }

  void remove(Item& item) {
    const std::size_t place = Order::place(item);
    Item* last = items_.back();
    items_.pop_back();
    if (last == &item) return;
    put(place, *last);
    reorder(*last);
  }

  /// Where the item's rank has changed.
  void reorder(Item& item) {
    const std::size_t place = Order::place(item);
    rise(place);
    if (Order::place(item) == place) sink(place);
  }

 private:
  void put(std::size_t place, Item& item) {
    items_[place] = &item;
    Order::place(item) = place;
  }

  void rise(std::size_t place) {
    Item& item = *items_[place];
    while (place > 0) {
      const std::size_t parent = (place - 1) / 2;
      if (!Order::before(item, *items_[parent])) break;
      put(place, *items_[parent]);
      place = parent;
    }
    put(place, item);
  }

  void sink(std::size_t place) {
    Item& item = *items_[place];
    for (std::size_t child; (child = 2 * place + 1) < items_.size(); place = child) {
      const std::size_t other = child + 1;
      if (other < items_.size() && Order::before(*items_[other], *items_[child])) child = other;
      if (!Order::before(*items_[child], item)) break;
      put(place, *items_[child]);
    }
    put(place, item);
  }

  std::vector<Item*> items_;
};

}  // namespace catena::net
