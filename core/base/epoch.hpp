// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/lent.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

namespace catena::epoch {

/// What one worker has passed. The worker calls quiescent() when it holds no pointer into shared
/// state: after each turn of its event loop. Nothing else: readers take no lock and count nothing.
class Reader {
 public:
  /// `wake` makes the worker's loop turn once, from any thread: a sleeping worker passes no point.
  Reader(const std::atomic<std::uint64_t>& now, std::function<void()> wake)
      : now_(&now), wake_(std::move(wake)), seen_(now.load(std::memory_order_acquire)) {}

  void quiescent() {
    const std::uint64_t now = now_->load(std::memory_order_acquire);
    if (seen_.load(std::memory_order_relaxed) != now) seen_.store(now, std::memory_order_release);
    end_loans();
  }

 private:
  friend class Domain;
  const std::atomic<std::uint64_t>* now_;
  std::function<void()> wake_;
  alignas(64) std::atomic<std::uint64_t> seen_;
};

/// Frees what writers have taken out of shared state once every reader has passed a quiescent point
/// since (quiescent-state based reclamation). Any thread may retire; the lock is the writers' own.
class Domain {
 public:
  /// The reader stays known until leave(). Before the worker's loop starts, or from its thread.
  std::shared_ptr<Reader> join(std::function<void()> wake);
  void leave(const std::shared_ptr<Reader>& reader);

  /// Deletes `object` later. Publish its replacement first (a release store).
  template <class T>
  void retire(std::unique_ptr<T> object) {
    retire(object.release(), [](void* memory) { delete static_cast<T*>(memory); });
  }
  void retire(void* object, void (*destroy)(void*));

  /// Frees what may be freed; wakes workers that stand in the way. Called by retire() now and then,
  /// and by whoever wants memory back sooner. Returns how many objects still wait.
  std::size_t collect();

  ~Domain();

 private:
  struct Retired {
    void* object;
    void (*destroy)(void*);
    std::uint64_t since;
  };
  std::uint64_t oldest_seen() const;

  /// Objects that may wait before retire() collects by itself.
  static constexpr std::size_t kBatch = 64;

  std::atomic<std::uint64_t> now_{1};
  std::mutex mutex_;
  std::vector<std::shared_ptr<Reader>> readers_;  // Guarded by mutex_.
  std::vector<Retired> retired_;                  // Guarded by mutex_.
};

}  // namespace catena::epoch
