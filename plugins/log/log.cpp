// SPDX-License-Identifier: Apache-2.0
#include "plugins/log/log.hpp"

#include "plugins/log/fields.hpp"

namespace catena::log {
namespace {

constexpr std::string_view kType = "log/type";
constexpr std::string_view kClass = "log/class";

dns::Kind kind_of(const Query& query, Outcome outcome, const Clock& clock) {
  if (outcome == Outcome::drop) return dns::Kind::OtherError;
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(clock.wall().time_since_epoch());
  const dns::Asked asked{query.opcode(), query.question()};
  return dns::kind_of(query.response(), asked, query.dnssec_ok(),
                      static_cast<std::uint32_t>(now.count()));
}

}  // namespace

Reply QueryLog::serve(Query& query, Next next) const {
  const Rule* rule = query.is_step() ? nullptr : rule_for(query.name());
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
  if (rule.classes != kAllClasses || rule.format->shows_kind()) {
    const dns::Kind kind = kind_of(query, outcome, *clock_);
    if ((rule.classes & bit(dns::class_of(kind))) == 0) return;
    kind_.leave(query, kind);
  }
  const Logged logged{query, outcome, clock_->now() - query.arrived()};
  fmt::memory_buffer line;
  rule.format->print(logged, line);
  sink_.write(LogLevel::info, {line.data(), line.size()}, QueryFields(logged));
}

std::string_view QueryLog::metadata(Query& query, std::string_view label) const {
  const dns::Kind* kind = kind_.find(query);
  if (kind == nullptr) return {};
  if (label == kType) return dns::to_string(*kind);
  return label == kClass ? dns::to_string(dns::class_of(*kind)) : std::string_view();
}

}  // namespace catena::log
