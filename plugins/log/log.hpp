// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/plugin/abilities.hpp"
#include "core/plugin/plugin.hpp"
#include "core/plugin/query_slot.hpp"

#include "plugins/log/format.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace catena::log {

/// Bits of dns::KindClass.
constexpr std::uint8_t bit(dns::KindClass kind_class) {
  return static_cast<std::uint8_t>(1U << static_cast<unsigned>(kind_class));
}
constexpr std::uint8_t kAllClasses = 7;

/// Which names are logged how.
struct Rule {
  dns::Name scope;
  std::shared_ptr<const Format> format;
  std::uint8_t classes = kAllClasses;
};

/// Writes a line for each query that the rest of the chain has dealt with. Only the first rule
/// whose scope has the name counts, also where its classes say no. Knows the values `log/type` and
/// `log/class`.
class QueryLog final : public Plugin, public MetadataSource {
 public:
  QueryLog(std::vector<Rule> rules, catena::Log sink, const Clock& clock)
      : rules_(std::move(rules)), sink_(std::move(sink)), clock_(&clock) {}

  Reply serve(Query& query, Next next) const override;

  std::string_view metadata(Query& query, std::string_view label) const override;

 private:
  const Rule* rule_for(dns::NameView name) const;
  void write(Query& query, Outcome outcome, const Rule& rule) const;

  std::vector<Rule> rules_;
  catena::Log sink_;
  const Clock* clock_;
  QuerySlot<dns::Kind> kind_;  // Of the answer that is logged.
};

}  // namespace catena::log
