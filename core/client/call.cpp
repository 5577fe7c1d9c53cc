// SPDX-License-Identifier: Apache-2.0
#include "core/client/call.hpp"

namespace catena::client {

/// Continues the coroutine that waits in Call::wait().
template <class Handler>
class Call::HandlerWaiter final : public Waiter {
 public:
  explicit HandlerWaiter(Handler handler) : handler_(std::move(handler)) {}

  void finished(Call& call) override {
    const std::unique_ptr<Waiter> self = std::move(call.own_waiter_);
    Handler handler = std::move(handler_);
    std::move(handler)();
  }

 private:
  Handler handler_;
};

struct Call::Initiation {
  Call* call;

  template <class Handler>
  void operator()(Handler&& handler) const {
    using Waiting = HandlerWaiter<std::decay_t<Handler>>;
    call->own_waiter_ = std::make_unique<Waiting>(std::forward<Handler>(handler));
    call->waiter_ = call->own_waiter_.get();
  }
};

asio::awaitable<void> Call::wait() {
  return asio::async_initiate<const asio::use_awaitable_t<>, void()>(Initiation{this},
                                                                     asio::use_awaitable);
}

Call::~Call() {
  if (carrier_ != nullptr) carrier_->forget(*this);
  detach();
}

void Call::detach() {
  cancel();
  carrier_ = nullptr;
}

void Call::finish() {
  detach();
  if (waiter_ != nullptr) waiter_->finished(*this);
}

}  // namespace catena::client
