// SPDX-License-Identifier: Apache-2.0
#include "plugins/loadbalance/loadbalance.hpp"

#include "core/plugin/engine.hpp"

#include "plugins/loadbalance/order.hpp"

namespace catena::loadbalance {
namespace {

// A transfer's order has a meaning (RFC 5936 section 2.2).
bool is_transfer(dns::Type type) { return type == dns::Type::AXFR || type == dns::Type::IXFR; }

Tools tools_of(Query& query) { return {query.arena(), query.engine().random()}; }

}  // namespace

LoadBalance::LoadBalance(Settings settings, const Process& process, Log log)
    : settings_(std::move(settings)) {
  if (settings_.policy == Policy::round_robin) return;
  file_ =
      std::make_unique<WeightFile>(settings_.file, settings_.reload, process.epoch, std::move(log));
}

void LoadBalance::start() {
  if (file_) file_->start();
}

void LoadBalance::stop() {
  if (file_) file_->stop();
}

Reply LoadBalance::serve(Query& query, Next next) const {
  return next(query).then([this, &query](Outcome outcome) {
    const bool fits = outcome == Outcome::respond &&
                      query.response().rcode == dns::Rcode::NoError && !is_transfer(query.type());
    if (fits) arrange(query);
    return outcome;
  });
}

void LoadBalance::arrange(Query& query) const {
  if (settings_.policy == Policy::weighted) return arrange_by_weight(query);
  dns::Response& response = query.response();
  const Tools tools = tools_of(query);
  for (const auto section :
       {dns::Section::answer, dns::Section::authority, dns::Section::additional}) {
    round_robin(response.records(section), tools);
  }
  if (settings_.preferred.empty()) return;
  prefer(response.answer(), settings_.preferred, query.arena());
  prefer(response.additional(), settings_.preferred, query.arena());
}

void LoadBalance::arrange_by_weight(Query& query) const {
  const dns::Type type = query.type();
  if (type != dns::Type::A && type != dns::Type::AAAA && type != dns::Type::SRV) return;
  const Tools tools = tools_of(query);
  weighted(query.response().answer(), file_->weights(), tools);
  weighted(query.response().additional(), file_->weights(), tools);
}

}  // namespace catena::loadbalance
