// SPDX-License-Identifier: Apache-2.0
#include "plugins/view/view.hpp"

#include "core/plugin/engine.hpp"

#include "plugins/view/facts.hpp"

namespace catena::view {

View::View(std::string name, Programs programs, const Process& process)
    : name_(std::move(name)),
      programs_(std::move(programs)),
      log_(process.log.for_plugin("view")),
      failures_(process.metrics.counter("catena_view_failures_total",
                                        "Queries for which an expression could not be computed.",
                                        {{"view", name_}})),
      told_(programs_.size()),
      workers_(process.metrics.lanes()) {}

void View::enter(Engine& engine) {
  auto& machines = workers_[index(engine.lane())].machines;
  for (const auto& program : programs_) {
    machines.push_back(std::make_unique<expression::Machine>(*program));
  }
}

bool View::accepts(Query& query) const {
  auto& [machines, networks] = workers_[index(query.engine().lane())];
  Facts facts(query, networks);
  for (std::size_t i = 0; i < machines.size(); ++i) {
    const expression::Value value = machines[i]->run(facts);
    if (value.is(expression::Value::Kind::fault)) report(query, i, *machines[i]);
    if (!value.is_true()) return false;
  }
  return true;
}

void View::report(Query& query, std::size_t number, const expression::Machine& machine) const {
  failures_.add(query.engine().lane());
  if (told_[number].exchange(true, std::memory_order_relaxed)) return;
  const std::string why = machine.shown_fault();
  log_.warning("an expression of view '{}' counts as false where it cannot be computed: {}: {}",
               name_, why.substr(0, why.find('\n')), programs_[number]->source());
}

std::string_view View::metadata(Query&, std::string_view label) const {
  return label == "view/name" ? std::string_view(name_) : std::string_view();
}

}  // namespace catena::view
