// SPDX-License-Identifier: Apache-2.0
#include "core/net/timer.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace catena::net {

namespace asio = boost::asio;

struct Timer::Resume {
  virtual ~Resume() = default;
  virtual void resume(End end) = 0;
};

template <class Handler>
struct Timer::ResumeHandler final : Resume {
  explicit ResumeHandler(Handler h) : handler(std::move(h)) {}
  void resume(End end) override { std::move(handler)(end); }
  Handler handler;
};

struct Timer::Initiation {
  Timer* timer;
  TimePoint time;

  template <class Handler>
  void operator()(Handler&& handler) const {
    using Kept = ResumeHandler<std::decay_t<Handler>>;
    timer->resume_ = std::make_unique<Kept>(std::forward<Handler>(handler));
    timer->deadlines_->add(*timer, time);
  }
};

Timer::Timer(Deadlines& deadlines) : deadlines_(&deadlines) {}

Timer::~Timer() = default;

asio::awaitable<Timer::End> Timer::until(TimePoint time) {
  end_ = End::due;
  return asio::async_initiate<const asio::use_awaitable_t<>, void(End)>(Initiation{this, time},
                                                                        asio::use_awaitable);
}

void Timer::give_up() {
  if (resume_ == nullptr) return;
  end_ = End::told;
  deadlines_->add(*this, TimePoint::min());
}

// The coroutine may destroy the timer before it waits again.
void Timer::due() {
  const std::unique_ptr<Resume> resume = std::move(resume_);
  resume->resume(end_);
}

void Timer::abandoned() { const std::unique_ptr<Resume> gone = std::move(resume_); }

}  // namespace catena::net
