// SPDX-License-Identifier: Apache-2.0
#include "core/base/epoch.hpp"

#include <algorithm>

namespace catena::epoch {

std::shared_ptr<Reader> Domain::join(std::function<void()> wake) {
  auto reader = std::make_shared<Reader>(now_, std::move(wake));
  const std::lock_guard lock(mutex_);
  readers_.push_back(reader);
  return reader;
}

void Domain::leave(const std::shared_ptr<Reader>& reader) {
  const std::lock_guard lock(mutex_);
  std::erase(readers_, reader);
}

void Domain::retire(void* object, void (*destroy)(void*)) {
  bool many = false;
  {
    const std::lock_guard lock(mutex_);
    // A reader that sees the next number has passed a point after the object was unpublished.
    const std::uint64_t since = now_.fetch_add(1, std::memory_order_acq_rel) + 1;
    retired_.push_back({object, destroy, since});
    many = retired_.size() % kBatch == 0;
  }
  if (many) collect();
}

std::uint64_t Domain::oldest_seen() const {
  std::uint64_t oldest = now_.load(std::memory_order_acquire);
  for (const auto& reader : readers_) {
    oldest = std::min(oldest, reader->seen_.load(std::memory_order_acquire));
  }
  return oldest;
}

std::size_t Domain::collect() {
  std::vector<Retired> free_now;
  std::vector<std::shared_ptr<Reader>> behind;
  std::size_t waiting = 0;
  {
    const std::lock_guard lock(mutex_);
    const std::uint64_t oldest = oldest_seen();
    const auto keep = std::find_if(retired_.begin(), retired_.end(),
                                   [oldest](const Retired& r) { return r.since > oldest; });
    free_now.assign(retired_.begin(), keep);
    retired_.erase(retired_.begin(), keep);
    waiting = retired_.size();
    if (waiting != 0) behind = readers_;
  }
  for (const Retired& retired : free_now) retired.destroy(retired.object);
  for (const auto& reader : behind) reader->wake_();
  return waiting;
}

Domain::~Domain() {
  for (const Retired& retired : retired_) retired.destroy(retired.object);
}

}  // namespace catena::epoch
