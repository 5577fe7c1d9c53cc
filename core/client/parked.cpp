// SPDX-License-Identifier: Apache-2.0
#include "core/client/parked.hpp"

#include <boost/asio/post.hpp>

namespace catena::client {

void Parked::add(Call& call) {
  call.carrier_ = this;
  calls_.push_back(&call);
  if (posted_) return;
  posted_ = true;
  asio::post(executor_, [weak = std::weak_ptr<Parked>(alive_)] {
    const auto self = weak.lock();
    if (self) self->tell();
  });
}

// Whoever asks again and fails again at once must not keep the event loop.
void Parked::tell() {
  posted_ = false;
  for (std::size_t left = calls_.size(); left != 0 && !calls_.empty(); --left) {
    Call& call = *calls_.front();
    calls_.pop_front();
    call.finish();
  }
}

void Parked::forget(Call& call) { std::erase(calls_, &call); }

}  // namespace catena::client
