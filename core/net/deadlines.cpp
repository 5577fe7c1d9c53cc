// SPDX-License-Identifier: Apache-2.0
#include "core/net/deadlines.hpp"

namespace catena::net {

void Deadline::cancel() {
  if (queue_ != nullptr) queue_->remove(*this);
}

void Deadlines::abandon() {
  while (!heap_.empty()) {
    Deadline& deadline = heap_.top();
    remove(deadline);
    deadline.abandoned();
  }
}

void Deadlines::add(Deadline& deadline, TimePoint time) {
  const TimePoint before = next();
  deadline.order_ = added_++;
  if (deadline.queue_ == this && !deadline.firing_) {
    deadline.time_ = time;
    heap_.reorder(deadline);
  } else {
    deadline.cancel();
    deadline.queue_ = this;
    deadline.time_ = time;
    heap_.push(deadline);
  }
  if (time < before && due_.empty() && tell_) tell_();
}

void Deadlines::remove(Deadline& deadline) {
  if (deadline.firing_) {
    due_[deadline.place_] = nullptr;
  } else {
    heap_.remove(deadline);
  }
  deadline.firing_ = false;
  deadline.queue_ = nullptr;
}

void Deadlines::take_due(TimePoint now) {
  while (!heap_.empty() && heap_.top().time_ <= now) {
    Deadline& deadline = heap_.top();
    heap_.remove(deadline);
    deadline.firing_ = true;
    deadline.place_ = due_.size();
    due_.push_back(&deadline);
  }
}

std::size_t Deadlines::run_due(TimePoint now) {
  if (!due_.empty()) return 0;
  take_due(now);
  std::size_t count = 0;
  for (std::size_t i = 0; i < due_.size(); ++i) {
    if (Deadline* deadline = due_[i]) {
      remove(*deadline);
      ++count;
      deadline->due();
    }
  }
  due_.clear();
  return count;
}

}  // namespace catena::net
