// SPDX-License-Identifier: Apache-2.0
#include "plugins/autopath/autopath.hpp"

#include "core/plugin/engine.hpp"

#include <new>

namespace catena::autopath {

Autopath::Autopath(Config config, PerServer<metrics::Counter*> successes)
    : config_(std::move(config)), successes_(std::move(successes)) {
  if (!config_.source.empty()) return;
  path_.assign(config_.search.begin(), config_.search.end());
  path_.emplace_back();
}

std::string Autopath::assembled(const Chain& chain) {
  if (config_.source.empty()) return {};
  for (const auto& [name, source] : chain.named<SearchPathSource>()) {
    if (name == config_.source) source_ = source;
  }
  if (source_ != nullptr) return {};
  for (const auto& [name, plugin] : chain.named<Plugin>()) {
    if (name != config_.source) continue;
    return fmt::format("{} does not implement the AutoPather interface", name);
  }
  return {};
}

std::span<const dns::NameView> Autopath::path_of(Query& query) const {
  return source_ != nullptr ? source_->search_path(query) : path_;
}

// BEYOND CoreDNS, which fails where the name is the first domain itself: there is nothing to look
// up elsewhere then.
Reply Autopath::serve(Query& query, Next next) const {
  // The name that an alias leads to is nobody's short name.
  if (query.depth() != 0 || query.is_signed()) return next(query);
  if (!config_.zones.contains(query.name())) return next(query);
  const std::span<const dns::NameView> path = path_of(query);
  if (path.empty() || !query.name().is_in(path.front()) || query.name() == path.front()) {
    return next(query);
  }
  const std::span<Walk> room = query.arena().array<Walk>(1);
  if (room.empty()) return next(query);
  return step(*new (room.data()) Walk(query, next, path), 0);
}

Reply Autopath::step(Walk& walk, std::size_t number) const {
  return walk.ask(number).then(
      [this, &walk, number](Outcome outcome) { return after(walk, number, outcome); });
}

Reply Autopath::after(Walk& walk, std::size_t number, Outcome outcome) const {
  const StepResult result = walk.result(outcome);
  if (result == StepResult::next) {
    walk.pass(number, outcome);
    if (number + 1 < walk.steps()) return step(walk, number + 1);
    return walk.first_outcome();
  }
  walk.end();
  if (result == StepResult::found) {
    walk.answer_from(number);
    count(walk.query());
  }
  return outcome;
}

void Autopath::count(const Query& query) const {
  if (metrics::Counter* const* counter = successes_.find(query.transport())) {
    (*counter)->add(query.engine().lane());
  }
}

}  // namespace catena::autopath
