// SPDX-License-Identifier: Apache-2.0
#include "core/config/directive.hpp"

#include "core/config/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace catena::config {

namespace {

void remember(std::vector<std::string>& names, std::string_view name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.emplace_back(name);
}

}  // namespace

Property::Property(const Line& line, Diagnostics& diagnostics, std::string plugin)
    : Arguments(line, diagnostics, std::move(plugin)) {
  properties_.reserve(line.block.size());
  for (const Line& inner : line.block) {
    properties_.emplace_back(inner, diagnostics, this->plugin());
    properties_.back().index_ = properties_.size() - 1;
  }
}

bool Property::flag(std::string_view wanted, bool& target) {
  bool good = true;
  for (Property& one : each(wanted)) {
    good = one.no_more() && good;
    if (good) target = true;
  }
  return good;
}

Properties Property::each(std::string_view wanted) {
  remember(asked_, wanted);
  Properties found;
  for (Property& one : properties_) {
    if (one.name() != wanted) continue;
    one.taken_ = true;
    found.emplace_back(one);
  }
  return found;
}

Properties Property::others() {
  others_asked_ = true;
  Properties found;
  for (Property& one : properties_) {
    if (one.taken_) continue;
    one.taken_ = true;
    one.data_ = true;
    found.emplace_back(one);
  }
  return found;
}

void Property::not_in_this_build(std::string_view wanted) {
  remember(refused_, wanted);
  for (Property& one : properties_) {
    if (one.name() != wanted) continue;
    one.taken_ = true;
    one.refuse(wanted);
  }
}

void Property::vocabulary(std::initializer_list<std::string_view> words) {
  for (const std::string_view word : words) remember(vocabulary_, word);
}

void Property::ignore_block() {
  if (line().has_block) warn("the block is not used (expected none)");
  others();
}

void Property::former(std::string_view wanted, std::string_view instead) {
  for (Property& one : properties_) {
    if (one.name() != wanted) continue;
    one.taken_ = true;
    one.error(fmt::format("'{}' is not known any more: {}", wanted, instead));
  }
}

bool Property::done() {
  check_zone_words();
  no_more();
  if (line().has_block && !block_expected() && !failed()) {
    error("Unexpected token '{', expecting argument (there is no block here)");
    return false;
  }
  check_properties();
  return !any_failed();
}

void Property::unknown(Property& one) const {
  one.error(fmt::format("unknown property '{}'{}", one.name(), did_you_mean(one.name(), asked_)));
}

bool Property::any_failed() const {
  return failed() || std::any_of(properties_.begin(), properties_.end(),
                                 [](const Property& one) { return one.any_failed(); });
}

bool Property::block_expected() const {
  return others_asked_ || !asked_.empty() || !refused_.empty();
}

void Property::check_properties() {
  for (Property& one : properties_) {
    if (!one.taken_) {
      unknown(one);
    } else if (!one.data_ && !one.failed()) {
      one.done();
    }
  }
}

// `cache 30 denial 5`, `log . class error`.
void Property::check_zone_words() {
  const auto has = [](const std::vector<std::string>& names, const Word& word) {
    return std::find(names.begin(), names.end(), word.text) != names.end();
  };
  for (const Word* word : zone_words()) {
    if (!has(asked_, *word) && !has(vocabulary_, *word)) continue;
    warn(fmt::format("'{}' is taken for a zone: options stand in a block, one on each line",
                     word->text));
  }
}

Directive::Directive(const Line& line, Diagnostics& diagnostics)
    : Property(line, diagnostics, line.name()) {}

std::vector<Directive> directives_of(const ServerBlock& block,
                                     std::string_view name,
                                     Diagnostics& diagnostics) {
  std::vector<Directive> directives;
  for (const Line* line : block.occurrences(name)) directives.emplace_back(*line, diagnostics);
  return directives;
}

bool only_once(std::span<Directive> occurrences) {
  for (std::size_t i = 1; i < occurrences.size(); ++i) {
    occurrences[i].error("this plugin can only be used once per Server Block");
  }
  return occurrences.size() <= 1;
}

}  // namespace catena::config
