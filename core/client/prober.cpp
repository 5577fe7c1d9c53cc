// SPDX-License-Identifier: Apache-2.0
#include "core/client/prober.hpp"

#include "core/client/channel.hpp"

namespace catena::client {
namespace {
constexpr Duration kTimeout = std::chrono::seconds(1);
constexpr Duration kLeastInterval = std::chrono::milliseconds(10);
}  // namespace

void Prober::start() {
  if (claimed_ || !channel_->upstream().health->claim()) return;
  claimed_ = true;
  ask();
}

void Prober::close() {
  if (!claimed_) return;
  claimed_ = false;
  cancel();
  channel_->upstream().health->release();
}

void Prober::ask() {
  const HealthCheck& check = channel_->upstream().options.health_check;
  const dns::Question question{check.domain, dns::Type::NS, dns::Class::IN};
  room_.resize(Request::room_for(question, std::nullopt));
  const dns::Flags flags(check.recursion_desired ? dns::Flags::kRD : std::uint16_t{0});
  request_ = Request::write(question, flags, std::nullopt, room_);
  const Plan plan{.wire = channel_->upstream().wire(check.wire),
                  .match = Match::id,
                  .udp_limit = dns::kMaxMessage,
                  .timeout = kTimeout};
  call_.emplace(*request_, plan);
  call_->set_waiter(*this);
  channel_->begin(*call_);
}

void Prober::finished(Call& call) {
  if (!claimed_) return;
  const Upstream& upstream = channel_->upstream();
  if (call.exchange.status() == ExchangeStatus::answered) {
    upstream.health->recovered();
    close();
    return;
  }
  upstream.health->failed();
  upstream.counters.health_failures->add(channel_->loop().lane());
  wait();
}

void Prober::wait() {
  const UpstreamLoop& loop = channel_->loop();
  const Duration interval = channel_->upstream().options.health_check.interval;
  loop.deadlines().add(*this, loop.now() + std::max(kLeastInterval, interval));
}

}  // namespace catena::client
