// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cmd/kubesim/model/status.hpp"

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

namespace catena::kubesim {

using WallClock = std::function<std::chrono::system_clock::time_point()>;

/// One version of one object; never changed after it was stored. `kind` and `apiVersion` come
/// first.
class Object {
 public:
  Object(const Resource& resource, Json json, std::uint64_t version);

  [[nodiscard]] const Json& json() const { return json_; }
  [[nodiscard]] std::uint64_t version() const { return version_; }
  [[nodiscard]] std::string_view name() const { return json_.at("metadata.name").text(); }
  [[nodiscard]] std::string_view space() const { return json_.at("metadata.namespace").text(); }
  [[nodiscard]] const Json& labels() const { return json_.at("metadata.labels"); }
  [[nodiscard]] const Json& annotations() const { return json_.at("metadata.annotations"); }
  [[nodiscard]] std::string_view uid() const { return json_.at("metadata.uid").text(); }
  /// Being deleted: it has a deletionTimestamp.
  [[nodiscard]] bool terminating() const { return json_["metadata"].has("deletionTimestamp"); }
  /// The object as JSON text, written once.
  [[nodiscard]] const std::string& text() const;
  /// The same without kind and apiVersion: an item of a typed list.
  [[nodiscard]] std::string item_text() const;

 private:
  Json json_;
  std::uint64_t version_;
  std::size_t type_length_;
  mutable std::string text_;
};

using ObjectPtr = std::shared_ptr<const Object>;

/// `namespace/name`, or `name` for what is cluster-wide: the order of lists.
using Key = std::string;
Key key_of(std::string_view space, std::string_view name);
using Objects = std::map<Key, ObjectPtr, std::less<>>;

enum class ChangeType { Added, Modified, Deleted };

/// One change of one object. `object` is the new state (of a deletion: the last one, with the
/// version of the deletion), `previous` the one before, null for an addition.
struct Change {
  ChangeType type;
  const Resource* resource;
  ObjectPtr object;
  ObjectPtr previous;
  [[nodiscard]] std::uint64_t version() const { return object->version(); }
};

/// Every object of the cluster and the last changes of each resource. One thread owns it.
/// Observers are called after each change, in order, and may not change the store themselves.
class Store {
 public:
  struct Settings {
    /// Changes kept for each resource; older watches get 410.
    std::size_t history = 4096;
    std::uint64_t first_version = 200;
  };
  using Observer = std::function<void(const Change&)>;

  Store(Settings settings, WallClock now);

  Outcome<ObjectPtr> create(const Resource& resource, Json json);
  /// Replaces an object; without a difference nothing happens. A `metadata.resourceVersion` that is
  /// set must be the current one.
  Outcome<ObjectPtr> replace(const Resource& resource, Json json);
  /// Removes an object at once.
  Outcome<ObjectPtr> remove(const Resource& resource,
                            std::string_view space,
                            std::string_view name);

  [[nodiscard]] ObjectPtr get(const Resource& resource,
                              std::string_view space,
                              std::string_view name) const;
  [[nodiscard]] const Objects& objects(const Resource& resource) const;
  /// The objects as they were at that version; nothing if history does not reach back so far.
  [[nodiscard]] std::optional<Objects> objects_at(const Resource& resource,
                                                  std::uint64_t version) const;
  /// Changes after that version; nothing if some of them are forgotten.
  [[nodiscard]] std::optional<std::vector<Change>> changes_since(const Resource& resource,
                                                                 std::uint64_t version) const;
  /// The oldest version that a watch can resume from.
  [[nodiscard]] std::uint64_t oldest(const Resource& resource) const;
  [[nodiscard]] std::uint64_t version() const { return version_; }
  [[nodiscard]] std::chrono::system_clock::time_point now() const { return now_(); }

  void observe(Observer observer) { observers_.push_back(std::move(observer)); }
  /// Forgets all history, as a restarted API server with a compacted etcd.
  void forget_history();
  /// Goes back to an older version, as a cluster restored from a backup: what history still reaches
  /// is undone, the rest keeps its objects. Observers are not called.
  void restore(std::uint64_t version);

 private:
  struct Shelf {
    Objects objects;
    std::deque<Change> history;
    std::uint64_t oldest = 0;
  };

  Shelf& shelf(const Resource& resource);
  [[nodiscard]] const Shelf& shelf(const Resource& resource) const;
  ObjectPtr commit(const Resource& resource, ChangeType type, Json json, ObjectPtr previous);

  Settings settings_;
  WallClock now_;
  std::uint64_t version_;
  std::map<const Resource*, Shelf> shelves_;
  std::vector<Observer> observers_;
};

/// `2026-11-22T14:25:08Z`.
std::string timestamp(std::chrono::system_clock::time_point time);
std::optional<std::chrono::system_clock::time_point> parse_timestamp(std::string_view text);
/// A random identifier of the form of RFC 4122, version 4.
std::string new_uid();
/// Random letters as Kubernetes ends generated names with.
std::string random_suffix(std::size_t length);

}  // namespace catena::kubesim
