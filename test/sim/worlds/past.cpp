// SPDX-License-Identifier: Apache-2.0
#include "test/sim/worlds/past.hpp"

#include "cmd/kubesim/model/resources.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace catena::sim {

using kubesim::Change;
using kubesim::ChangeType;
using kubesim::ObjectPtr;

std::string Past::key(std::string_view resource, std::string_view space, std::string_view name) {
  return fmt::format("{}/{}/{}", resource, space, name);
}

void Past::follow(kubesim::Store& store) {
  store_ = &store;
  store.observe([this, &store](const Change& change) {
    const std::string_view resource = change.resource->plural;
    if (store_ != &store || !std::ranges::count(kResources, resource)) return;
    const ObjectPtr& object = change.object;
    add(key(resource, object->space(), object->name()),
        change.type == ChangeType::Deleted ? nullptr : object);
  });
  look();
}

void Past::look() {
  std::map<std::string, ObjectPtr> there;
  for (const std::string_view resource : kResources) {
    for (const auto& [name, object] : store_->objects(kubesim::resource_named(resource))) {
      there[key(resource, object->space(), object->name())] = object;
    }
  }
  for (const auto& [name, was] : objects_) there.try_emplace(name, nullptr);
  for (auto& [name, object] : there) add(name, std::move(object));
}

void Past::add(const std::string& key, ObjectPtr object) {
  std::vector<Was>& was = objects_[key];
  const ObjectPtr before = was.empty() ? nullptr : was.back().object;
  if (before != object) was.push_back({++now_, std::move(object)});
}

bool Past::Was::readable() const {
  return !object || !object->json().at("metadata.annotations").has(kTooLarge);
}

// Of what is too large now anything may be known that was there before, or nothing.
Past::Values Past::since(const std::string& key, Moment moment) const {
  Values values(1);
  const auto found = objects_.find(key);
  if (found == objects_.end()) return values;
  Values before(1);
  for (const Was& was : found->second) {
    if (was.moment <= moment) values.clear();
    const Values add = was.readable() ? Values{was.object} : before;
    for (const ObjectPtr& one : add) {
      if (std::ranges::count(values, one) == 0) values.push_back(one);
    }
    if (was.readable()) before.push_back(was.object);
  }
  return values;
}

std::vector<std::string> Past::keys(std::string_view resource) const {
  std::vector<std::string> keys;
  const std::string start = fmt::format("{}/", resource);
  for (auto at = objects_.lower_bound(start); at != objects_.end(); ++at) {
    if (!at->first.starts_with(start)) break;
    keys.push_back(at->first);
  }
  return keys;
}

}  // namespace catena::sim
