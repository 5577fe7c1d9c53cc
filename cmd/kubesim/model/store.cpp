// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/model/store.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace catena::kubesim {
namespace {

std::string type_prefix(const Resource& resource) {
  return fmt::format(R"({{"kind":"{}","apiVersion":"{}",)", resource.kind, resource.api_version());
}

/// The members in the order in which a real API server writes them.
Json ordered(const Resource& resource, Json json) {
  Json result = object({{"kind", resource.kind}, {"apiVersion", resource.api_version()}});
  Json metadata = object();
  Json& given = json.member("metadata");
  for (const char* name : {"name", "generateName", "namespace", "uid", "resourceVersion",
                           "generation", "creationTimestamp"}) {
    if (given.has(name)) metadata.set(name, given[name]);
  }
  for (JsonMember& member : given.fields()) {
    if (!metadata.has(member.name)) metadata.fields().push_back(std::move(member));
  }
  result.fields().push_back({"metadata", std::move(metadata)});
  for (JsonMember& member : json.fields()) {
    if (!result.has(member.name)) result.fields().push_back(std::move(member));
  }
  return result;
}

/// What an object says apart from its bookkeeping: a change of it counts a generation.
bool same_intent(const Json& before, const Json& after) {
  for (const char* name : {"spec", "addressType", "endpoints", "ports"}) {
    if (!(before[name] == after[name])) return false;
  }
  return true;
}

/// Fields that only the server sets are taken from the stored object.
void keep_identity(const Json& before, Json& after) {
  Json& metadata = after.member("metadata");
  const Json& stored = before["metadata"];
  for (const char* name : {"uid", "creationTimestamp", "generation", "generateName",
                           "deletionTimestamp", "deletionGracePeriodSeconds"}) {
    if (stored.has(name)) metadata.set(name, stored[name]);
  }
}

}  // namespace

Object::Object(const Resource& resource, Json json, std::uint64_t version)
    : json_(std::move(json)), version_(version), type_length_(type_prefix(resource).size()) {}

const std::string& Object::text() const {
  if (text_.empty()) text_ = json_.write();
  return text_;
}

std::string Object::item_text() const { return "{" + text().substr(type_length_); }

Key key_of(std::string_view space, std::string_view name) {
  return space.empty() ? std::string(name) : fmt::format("{}/{}", space, name);
}

Store::Store(Settings settings, WallClock now)
    : settings_(settings), now_(std::move(now)), version_(settings.first_version) {
  for (const Resource& resource : all_resources()) {
    shelves_[&resource].oldest = settings.first_version;
  }
}

Store::Shelf& Store::shelf(const Resource& resource) { return shelves_.at(&resource); }
const Store::Shelf& Store::shelf(const Resource& resource) const { return shelves_.at(&resource); }

Outcome<ObjectPtr> Store::create(const Resource& resource, Json json) {
  Json& metadata = json.member("metadata");
  const std::string space(metadata["namespace"].text());
  const std::string name(metadata["name"].text());
  if (get(resource, space, name)) return already_exists(resource, name);
  metadata.set("uid", new_uid());
  metadata.set("creationTimestamp", timestamp(now_()));
  if (resource.generation == Generation::Counted) metadata.set("generation", 1);
  return commit(resource, ChangeType::Added, std::move(json), nullptr);
}

Outcome<ObjectPtr> Store::replace(const Resource& resource, Json json) {
  Json& metadata = json.member("metadata");
  const std::string name(metadata["name"].text());
  ObjectPtr before = get(resource, metadata["namespace"].text(), name);
  if (!before) return not_found(resource, name);
  const std::string_view expected = metadata["resourceVersion"].text();
  const std::string current = std::to_string(before->version());
  if (!expected.empty() && expected != current) return conflict(resource, name);
  if (const std::string_view uid = metadata["uid"].text(); !uid.empty() && uid != before->uid()) {
    return conflict(resource, name);
  }
  keep_identity(before->json(), json);
  if (resource.generation == Generation::Counted && !same_intent(before->json(), json)) {
    metadata.set("generation", before->json().at("metadata.generation").integer() + 1);
  }
  metadata.set("resourceVersion", current);
  if (ordered(resource, json) == before->json()) return before;
  return commit(resource, ChangeType::Modified, std::move(json), before);
}

Outcome<ObjectPtr> Store::remove(const Resource& resource,
                                 std::string_view space,
                                 std::string_view name) {
  const ObjectPtr before = get(resource, space, name);
  if (!before) return not_found(resource, name);
  return commit(resource, ChangeType::Deleted, before->json(), before);
}

ObjectPtr Store::commit(const Resource& resource, ChangeType type, Json json, ObjectPtr previous) {
  json.member("metadata").set("resourceVersion", std::to_string(++version_));
  const auto stored =
      std::make_shared<const Object>(resource, ordered(resource, std::move(json)), version_);
  Shelf& place = shelf(resource);
  const Key key = key_of(stored->space(), stored->name());
  if (type == ChangeType::Deleted) {
    place.objects.erase(key);
  } else {
    place.objects[key] = stored;
  }
  place.history.push_back({type, &resource, stored, std::move(previous)});
  const Change change = place.history.back();
  if (place.history.size() > settings_.history) {
    place.oldest = place.history.front().version();
    place.history.pop_front();
  }
  for (const Observer& observer : observers_) observer(change);
  return stored;
}

ObjectPtr Store::get(const Resource& resource,
                     std::string_view space,
                     std::string_view name) const {
  const Objects& all = objects(resource);
  const auto found = all.find(key_of(space, name));
  return found == all.end() ? nullptr : found->second;
}

const Objects& Store::objects(const Resource& resource) const { return shelf(resource).objects; }

std::uint64_t Store::oldest(const Resource& resource) const { return shelf(resource).oldest; }

std::optional<Objects> Store::objects_at(const Resource& resource, std::uint64_t version) const {
  const Shelf& place = shelf(resource);
  if (version < place.oldest) return std::nullopt;
  Objects result = place.objects;
  for (auto change = place.history.rbegin(); change != place.history.rend(); ++change) {
    if (change->version() <= version) break;
    const Key key = key_of(change->object->space(), change->object->name());
    if (change->previous) {
      result[key] = change->previous;
    } else {
      result.erase(key);
    }
  }
  return result;
}

std::optional<std::vector<Change>> Store::changes_since(const Resource& resource,
                                                        std::uint64_t version) const {
  const Shelf& place = shelf(resource);
  if (version < place.oldest) return std::nullopt;
  const auto first = std::ranges::upper_bound(
      place.history, version, {}, [](const Change& change) { return change.version(); });
  return std::vector<Change>(first, place.history.end());
}

void Store::forget_history() {
  for (auto& [resource, place] : shelves_) {
    place.history.clear();
    place.oldest = version_;
  }
}

void Store::restore(std::uint64_t version) {
  for (auto& [resource, place] : shelves_) {
    if (auto then = objects_at(*resource, std::max(version, place.oldest))) {
      place.objects = std::move(*then);
    }
    place.history.clear();
    place.oldest = version;
  }
  version_ = version;
}

}  // namespace catena::kubesim
