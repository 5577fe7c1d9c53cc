// SPDX-License-Identifier: Apache-2.0
#include "core/client/deadlines.hpp"

#include <algorithm>

namespace catena::client {

void Deadlines::add(Call& call, TimePoint deadline) {
  if (call.deadlines_ != nullptr) remove(call);
  Call* before = last_;
  while (before != nullptr && before->deadline_ > deadline) before = before->earlier_;
  call.deadlines_ = this;
  call.deadline_ = deadline;
  call.earlier_ = before;
  call.later_ = before != nullptr ? before->later_ : first_;
  (call.earlier_ != nullptr ? call.earlier_->later_ : first_) = &call;
  (call.later_ != nullptr ? call.later_->earlier_ : last_) = &call;
  if (deadline < armed_for_) arm();
}

void Deadlines::remove(Call& call) {
  (call.earlier_ != nullptr ? call.earlier_->later_ : first_) = call.later_;
  (call.later_ != nullptr ? call.later_->earlier_ : last_) = call.earlier_;
  call.deadlines_ = nullptr;
  call.earlier_ = call.later_ = nullptr;
}

void Deadlines::arm() {
  armed_for_ = first_->deadline_;
  timer_.expires_after(std::max(Duration::zero(), armed_for_ - clock_->now()));
  timer_.async_wait(
      [weak = std::weak_ptr<Deadlines>(alive_)](const boost::system::error_code& error) {
        const auto self = weak.lock();
        if (self && !error) self->fire();
      });
}

void Deadlines::fire() {
  armed_for_ = TimePoint::max();
  const TimePoint now = clock_->now();
  while (first_ != nullptr && first_->deadline_ <= now) {
    Call& call = *first_;
    remove(call);
    call.carrier_->expired(call);
  }
  if (first_ != nullptr && first_->deadline_ < armed_for_) arm();
}

}  // namespace catena::client
