// SPDX-License-Identifier: Apache-2.0
#include "plugins/log/log.hpp"

namespace catena::log {
namespace {

dns::KindClass class_of(const Query& query, Outcome outcome, const Clock& clock) {
  if (outcome == Outcome::drop) return dns::KindClass::error;
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(clock.wall().time_since_epoch());
  const dns::Asked asked{query.opcode(), query.question()};
  return dns::class_of(dns::kind_of(query.response(), asked, query.dnssec_ok(),
                                    static_cast<std::uint32_t>(now.count())));
}

}  // namespace

Reply QueryLog::serve(Query& query, Next next) const {
  const Rule* rule = rule_for(query.name());
  if (rule == nullptr) return next(query);
  return next(query).then([this, &query, rule](Outcome outcome) {
    write(query, outcome, *rule);
    return outcome;
  });
}

const Rule* QueryLog::rule_for(dns::NameView name) const {
  for (const Rule& rule : rules_) {
    if (name.is_in(rule.scope)) return &rule;
  }
  return nullptr;
}

void QueryLog::write(Query& query, Outcome outcome, const Rule& rule) const {
  if (rule.classes != kAllClasses && (rule.classes & bit(class_of(query, outcome, *clock_))) == 0) {
    return;
  }
  fmt::memory_buffer line;
  rule.format->print({query, outcome, clock_->now() - query.arrived()}, line);
  sink_.write(LogLevel::info, {line.data(), line.size()});
}

}  // namespace catena::log
