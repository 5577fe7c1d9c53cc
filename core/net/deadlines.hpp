// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"
#include "core/net/heap.hpp"

#include <cstdint>
#include <functional>
#include <vector>

namespace catena::net {

class Deadlines;

/// What is to happen at a time, in one queue at most. Lies inside whoever waits and stays at its
/// address; may be destroyed at any moment, also in its own due(). One thread, that of its queue.
class Deadline {
 public:
  Deadline() = default;
  Deadline(const Deadline&) = delete;
  Deadline& operator=(const Deadline&) = delete;

  /// In a queue: due() is still to come.
  bool waiting() const { return queue_ != nullptr; }

  /// When, while waiting.
  TimePoint time() const { return time_; }

  /// Out of its queue, if it is in one.
  void cancel();

 protected:
  virtual ~Deadline() { cancel(); }

 private:
  friend class Deadlines;

  /// The time has come; out of the queue already, so that it may be added anew. Does not throw.
  virtual void due() = 0;

  /// The queue has ended before the time came.
  virtual void abandoned() {}

  Deadlines* queue_ = nullptr;
  std::size_t place_ = 0;
  std::uint64_t order_ = 0;
  TimePoint time_{};
  bool firing_ = false;  // Its place is among those that are due.
};

/// All deadlines of one event loop. Adding, moving and removing one takes O(log n) steps and no
/// memory; equal times come in the order in which they were added. Whoever turns the loop asks
/// next() and calls run_due(): an Alarm in production, a test or simulation by hand. One thread.
class Deadlines {
 public:
  Deadlines() = default;
  ~Deadlines() { abandon(); }
  Deadlines(const Deadlines&) = delete;
  Deadlines& operator=(const Deadlines&) = delete;

  /// Adds a deadline, or moves one that waits.
  void add(Deadline& deadline, TimePoint time);

  bool empty() const { return heap_.empty() && due_.empty(); }

  /// The earliest time; TimePoint::max() where nothing waits.
  TimePoint next() const { return heap_.empty() ? TimePoint::max() : heap_.top().time_; }

  /// Calls due() of all whose time is `now` or earlier, and returns how many those were. What they
  /// add is left for the next call, whatever its time. Does nothing inside a due().
  std::size_t run_due(TimePoint now);

  /// The end of the loop: what waits is told so, and never due. Coroutines that wait are destroyed
  /// by their executor, which has to be there still.
  void abandon();

  /// Is told when next() has become earlier, but not during run_due().
  void on_sooner(std::function<void()> tell) { tell_ = std::move(tell); }

 private:
  friend class Deadline;
  struct Order {
    static bool before(const Deadline& a, const Deadline& b) {
      return a.time_ != b.time_ ? a.time_ < b.time_ : a.order_ < b.order_;
    }
    static std::size_t& place(Deadline& deadline) { return deadline.place_; }
  };
  void take_due(TimePoint now);
  void remove(Deadline& deadline);

  Heap<Deadline, Order> heap_;
  std::vector<Deadline*> due_;  // Of the present run_due(); null for those that are dealt with.
  std::uint64_t added_ = 0;
  std::function<void()> tell_;
};

/// A deadline that calls a function.
class Reminder final : public Deadline {
 public:
  explicit Reminder(std::function<void()> call) : call_(std::move(call)) {}

 private:
  void due() override { call_(); }
  std::function<void()> call_;
};

}  // namespace catena::net
