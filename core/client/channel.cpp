// SPDX-License-Identifier: Apache-2.0
#include "core/client/channel.hpp"

#include <algorithm>

namespace catena::client {
namespace {
constexpr Duration kLongestSweep = std::chrono::seconds(10);
constexpr Duration kShortestSweep = std::chrono::milliseconds(100);
}  // namespace

Channel::Channel(UpstreamLoop& loop, std::shared_ptr<const Upstream> upstream)
    : loop_(&loop),
      upstream_(std::move(upstream)),
      parked_(loop.executor()),
      udp_(*this),
      tcp_(*this),
      prober_(*this) {}

void Channel::begin(Call& call) {
  if (closed_) {
    const Fault gone{.error = ECANCELED, .remote = upstream_->endpoint};
    return fail_soon(call, gone);
  }
  if (call.exchange.wire() == Wire::udp) {
    udp_.send(call);
  } else {
    tcp_.send(call);
  }
  if (!sweep_.waiting()) arm_sweep();
}

void Channel::give_up(Call& call) {
  if (call.carrier_ == nullptr) return;  // It ends already.
  call.carrier_->forget(call);
  const Fault given_up{.during = Fault::During::limit, .remote = upstream_->endpoint};
  fail_soon(call, given_up);
}

void Channel::settle(Call& call, Step step) {
  if (step == Step::send) {
    call.detach();
    begin(call);
  } else if (step == Step::done) {
    call.finish();
  }
}

void Channel::fail_soon(Call& call, const Fault& fault) {
  call.detach();
  call.exchange.failed(fault);
  if (fault.during == Fault::During::limit) upstream_->counters.refused->add(loop_->lane());
  parked_.add(call);
}

void Channel::restart(Call& call, const Fault& fault) {
  if (closed_ || ++call.restarts_ > kMaxRestarts) return fail_soon(call, fault);
  call.detach();
  tcp_.send_on_new(call);
}

void Channel::arm_sweep() {
  const Duration after = std::clamp(upstream_->options.expire, kShortestSweep, kLongestSweep);
  loop_->deadlines().add(sweep_, loop_->now() + after);
}

void Channel::sweep() {
  const TimePoint now = loop_->now();
  const bool udp = udp_.sweep(now);
  const bool tcp = tcp_.sweep(now);
  if (udp || tcp) arm_sweep();
}

void Channel::close() {
  if (!closed_) {
    closed_ = true;
    sweep_.cancel();
    prober_.close();
    udp_.close();
    tcp_.close();
  }
  parked_.tell();
}

}  // namespace catena::client
