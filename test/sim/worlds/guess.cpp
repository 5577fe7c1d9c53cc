// SPDX-License-Identifier: Apache-2.0
#include "test/sim/worlds/guess.hpp"

#include <algorithm>

namespace catena::sim {

using kubesim::Json;
using kubesim::ObjectPtr;

namespace {

const Json& json_of(const ObjectPtr& object) {
  static const Json kNothing;
  return object ? object->json() : kNothing;
}

}  // namespace

Known::OfResource& Known::of(std::string_view resource) {
  const auto place = std::ranges::find(Past::kResources, resource);
  return resources[static_cast<std::size_t>(place - Past::kResources.begin())];
}

bool Known::all() const {
  return std::ranges::all_of(resources, [](const OfResource& one) { return one.told; });
}

Past::Values Guess::values(std::string_view resource, const std::string& key) {
  const Known::OfResource& known = known_.of(resource);
  Past::Values values = past_.since(key, known.since);
  if (!known.told && std::ranges::count(values, nullptr) == 0) values.push_back(nullptr);
  return values;
}

std::size_t Guess::choose(std::size_t count) {
  if (count < 2) return 0;
  if (at_ == choices_.size()) choices_.push_back({0, count});
  return choices_[at_++].index;
}

bool Guess::next() {
  while (!choices_.empty() && choices_.back().index + 1 == choices_.back().count) {
    choices_.pop_back();
  }
  if (choices_.empty()) return false;
  ++choices_.back().index;
  at_ = 0;
  chosen_.clear();
  return true;
}

const Json& Guess::keep(const std::string& key, ObjectPtr object) {
  return json_of(chosen_.insert_or_assign(key, std::move(object)).first->second);
}

const Json& Guess::object(std::string_view resource,
                          std::string_view space,
                          std::string_view name) {
  const std::string key = Past::key(resource, space, name);
  const auto chosen = chosen_.find(key);
  if (chosen != chosen_.end()) return json_of(chosen->second);
  const Past::Values values = this->values(resource, key);
  return keep(key, values[choose(values.size())]);
}

// States of an object that are not wanted are all alike: one of them stands for all.
std::vector<const Json*> Guess::all(std::string_view resource, const Wanted& wanted) {
  std::vector<const Json*> found;
  for (const std::string& key : past_.keys(resource)) {
    const auto chosen = chosen_.find(key);
    if (chosen != chosen_.end()) {
      if (wanted(json_of(chosen->second))) found.push_back(&json_of(chosen->second));
      continue;
    }
    Past::Values values = this->values(resource, key);
    const std::size_t before = values.size();
    std::erase_if(values, [&wanted](const ObjectPtr& value) { return !wanted(json_of(value)); });
    const bool may_lack = values.size() < before;
    const std::size_t index = choose(values.size() + (may_lack ? 1 : 0));
    if (index < values.size()) found.push_back(&keep(key, values[index]));
  }
  return found;
}

}  // namespace catena::sim
