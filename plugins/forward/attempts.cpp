// SPDX-License-Identifier: Apache-2.0
#include "plugins/forward/attempts.hpp"

#include <algorithm>

namespace catena::forward {
namespace {

constexpr Duration kWindow = std::chrono::seconds(5);

bool holds(const std::vector<dns::Rcode>& rcodes, dns::Rcode rcode) {
  return std::find(rcodes.begin(), rcodes.end(), rcode) != rcodes.end();
}

}  // namespace

Attempts::Attempts(const Context& context, Query& query, Worker& worker)
    : context_(context),
      query_(query),
      worker_(worker),
      order_(query.arena().array<std::uint16_t>(context.links.size())),
      began_(worker.loop().now()),
      asked_(began_) {
  context.order.fill(order_, worker.loop().random());
}

bool Attempts::time_left() const {
  const std::size_t twice = 2 * order_.size();
  const std::size_t most =
      context_.settings.max_connect_attempts.value_or(static_cast<std::uint32_t>(twice));
  return asked_ - began_ < kWindow && (most == 0 || failures_ < most);
}

Duration Attempts::left() const { return kWindow - (asked_ - began_); }

std::optional<std::size_t> Attempts::next() {
  if (order_.empty() || last_resort_ || worker_.closed()) return std::nullopt;
  asked_ = worker_.loop().now();
  while (time_left()) {
    if (position_ == order_.size()) position_ = down_ = 0;
    const std::size_t index = order_[position_++];
    const client::Health& health = *context_.links[index].upstream->health;
    if (!health.down(context_.settings.max_fails)) return index;
    // Whoever began to probe it may have ended with an older configuration.
    channel(index).probe();
    if (++down_ < order_.size()) continue;
    context_.metrics.healthcheck_broken->add(worker_.loop().lane());
    if (context_.settings.failfast_all_unhealthy) return std::nullopt;
    return last_resort();
  }
  return std::nullopt;
}

// All are down: perhaps only the health checks are, so one is tried by chance.
std::size_t Attempts::last_resort() {
  last_resort_ = true;
  return worker_.loop().random().below(static_cast<std::uint32_t>(order_.size()));
}

Judgement Attempts::judge(const client::Call& call, std::size_t index, bool forwarder_behind) {
  switch (call.exchange.status()) {
    case client::ExchangeStatus::answered:
      return answered(call.exchange.answer(), index, forwarder_behind);
    case client::ExchangeStatus::truncated:
      return cut(call.exchange.header());
    case client::ExchangeStatus::mismatched:
      return mismatched(index);
    default:
      return failed(call.exchange.fault(), index);
  }
}

Judgement Attempts::failed(const client::Fault& fault, std::size_t index) {
  ++failures_;
  fault_ = fault;
  if (fault.during == client::Fault::During::read && fault.error == client::Fault::kTimeout) {
    query_.report_setback();
  }
  if (context_.settings.max_fails != 0 && !worker_.closed()) channel(index).probe();
  return Judgement::again;
}

Judgement Attempts::answered(const dns::MessageView& reply,
                             std::size_t index,
                             bool forwarder_behind) {
  const Settings& settings = context_.settings;
  const dns::Rcode rcode = reply.rcode();
  const Duration took = worker_.loop().now() - asked_;
  context_.links[index].durations.observe(worker_.loop().lane(), rcode,
                                          std::chrono::duration<double>(took).count());
  if (holds(settings.failover, rcode) && ++failovers_ < order_.size()) return Judgement::again;
  const bool nodata = rcode == dns::Rcode::NoError && reply.header().counts[1] == 0;
  const bool pass_on = holds(settings.next, rcode) || (settings.next_on_nodata && nodata);
  if (pass_on && forwarder_behind) return Judgement::next_plugin;
  query_.retract();
  const auto assigned =
      query_.is_signed() ? query_.response().assign_whole(reply) : query_.response().assign(reply);
  if (assigned) return Judgement::answered;
  query_.retract();
  return failed(client::Fault{.during = client::Fault::During::decode,
                              .error = static_cast<int>(assigned.error())},
                index);
}

Judgement Attempts::cut(const dns::Header& header) {
  query_.retract();
  query_.response().flags = header.flags;
  query_.response().flags.set(dns::Flags::kTC);
  query_.response().rcode = header.flags.rcode();
  return Judgement::answered;
}

// It lives, so nobody probes it; but what it says is no answer.
Judgement Attempts::mismatched(std::size_t index) {
  ++failures_;
  fault_ = client::Fault{.during = client::Fault::During::match,
                         .remote = context_.links[index].upstream->endpoint};
  return Judgement::again;
}

Outcome Attempts::give_up() {
  if (!fault_) return query_.fail(dns::Rcode::ServFail, "no healthy proxies");
  return query_.fail(dns::Rcode::ServFail, std::string_view(to_text(*fault_)));
}

}  // namespace catena::forward
