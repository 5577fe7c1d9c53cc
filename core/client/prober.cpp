// SPDX-License-Identifier: Apache-2.0
#include "core/client/prober.hpp"

#include "core/client/channel.hpp"

namespace catena::client {
namespace {
constexpr Duration kTimeout = std::chrono::seconds(1);
constexpr Duration kLeastInterval = std::chrono::milliseconds(10);
}  // namespace

Prober::Prober(Channel& channel, Loop& loop) : channel_(&channel), timer_(loop.executor()) {}

void Prober::start() {
  if (claimed_ || !channel_->upstream().health->claim()) return;
  claimed_ = true;
  ask();
}

void Prober::close() {
  if (!claimed_) return;
  claimed_ = false;
  timer_.cancel();
  channel_->upstream().health->release();
}

void Prober::ask() {
  const HealthCheck& check = channel_->upstream().options.health_check;
  const dns::Question question{check.domain, dns::Type::NS, dns::Class::IN};
  room_.resize(Request::room_for(question, std::nullopt));
  const dns::Flags flags(check.recursion_desired ? dns::Flags::kRD : std::uint16_t{0});
  request_ = Request::write(question, flags, std::nullopt, room_);
  const Plan plan{
      .wire = check.wire, .match = Match::id, .udp_limit = dns::kMaxMessage, .timeout = kTimeout};
  call_.emplace(*request_, plan);
  call_->set_waiter(*this);
  channel_->begin(*call_);
}

void Prober::finished(Call& call) {
  if (!claimed_) return;
  const Upstream& upstream = channel_->upstream();
  if (call.exchange.verdict() == Verdict::answered) {
    upstream.health->recovered();
    close();
    return;
  }
  upstream.health->failed();
  upstream.counters.health_failures->add(channel_->loop().lane());
  wait();
}

void Prober::wait() {
  timer_.expires_after(
      std::max(kLeastInterval, channel_->upstream().options.health_check.interval));
  timer_.async_wait([weak = std::weak_ptr<Prober>(alive_)](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (self && !error && self->claimed_) self->ask();
  });
}

}  // namespace catena::client
