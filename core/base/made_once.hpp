// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>

namespace catena {

/// What `slot` points to; `make` makes it when it is first asked for. For metrics, whose series are
/// made under the registry's lock when they first count and without any from then on. Any thread;
/// `make` gives the same object to two threads that come here at once, and it outlives the slot.
template <class T, class Make>
T& made_once(std::atomic<T*>& slot, Make&& make) {
  if (T* known = slot.load(std::memory_order_acquire)) return *known;
  T& made = make();
  slot.store(&made, std::memory_order_release);
  return made;
}

}  // namespace catena
