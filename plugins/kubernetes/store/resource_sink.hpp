// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/kubernetes/api/sink.hpp"
#include "plugins/kubernetes/objects/image.hpp"
#include "plugins/kubernetes/store/image_source.hpp"
#include "plugins/kubernetes/store/store.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace catena::kubernetes {

/// The bookkeeping that all resources share: which objects are there, which of them a replacement
/// has not brought again, and the version of each. `Kept` is what the writer remembers of one
/// object. Names and versions are kept as hashes of 64 bits under a secret, since the texts would
/// take most of the room: two of a million objects share one in one of thirty million clusters. The
/// API thread only.
template <class Object, class Kept>
class ResourceSink : public api::Sink<Object>, public ImageSource {
 public:
  explicit ResourceSink(Store& store) : store_(&store) {}

  void begin_replace() final {
    ++generation_;
    replacing_ = true;
    for (auto& entry : entries_) entry.second.version = kUnknown;
  }

  void keep(std::string_view name_space, std::string_view name) final {
    const auto found = entries_.find(object_key(name_space, name));
    if (found != entries_.end()) found->second.generation = generation_;
  }

  void upsert(Object&& object) final {
    Entry& entry = entries_[object_key(object.metadata.name_space, object.metadata.name)];
    entry.generation = generation_;
    // The same version is the same object (a watch may tell again what was known).
    const std::string& version = object.metadata.resource_version;
    const std::uint64_t hashed = hash(version);
    if (!version.empty() && entry.version == hashed) return;
    entry.version = hashed;
    if (images_kept_) keep_image(entry, object);
    apply(entry.kept, object);
    if (!replacing_) settle();
    tell_change();
  }

  void remove(std::string_view name_space, std::string_view name) final {
    const auto found = entries_.find(object_key(name_space, name));
    if (found == entries_.end()) return;
    forget(found->second.kept);
    entries_.erase(found);
    ++image_changes_;
    tell_change();
  }

  void commit_replace() final {
    for (auto entry = entries_.begin(); entry != entries_.end();) {
      if (entry->second.generation == generation_) {
        ++entry;
        continue;
      }
      forget(entry->second.kept);
      entry = entries_.erase(entry);
      ++image_changes_;
    }
    replacing_ = false;
    settle();
    if (!synced_) store_->unsynced.fetch_sub(1, std::memory_order_acq_rel);
    // What could not be denied before can be now, and settle() may have shown more.
    store_->changed = true;
    synced_ = true;
    tell_change();
  }

  void keep_images() final { images_kept_ = true; }

  std::vector<Image> images() const final {
    std::vector<Image> images;
    images.reserve(entries_.size());
    for (const auto& [key, entry] : entries_) {
      if (entry.image) images.push_back(entry.image);
    }
    return images;
  }

  std::uint64_t image_changes() const final { return image_changes_; }

 protected:
  /// Brings `object` into the store; `kept` is as the last apply() left it, or new.
  virtual void apply(Kept& kept, const Object& object) = 0;
  /// Takes it out again.
  virtual void forget(Kept& kept) = 0;
  /// The store is as the API has it: after each change, and at the end of a replacement.
  virtual void settle() {}

  Store& store() { return *store_; }
  bool synced() const { return synced_; }

 private:
  // All of it is to be seen now, whichever part of the change announced it.
  void tell_change() {
    if (std::exchange(store_->changed, false)) store_->data.changed();
  }

  std::uint64_t hash(std::string_view text) const {
    return hash_({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  }
  // Neither part can hold a slash.
  std::uint64_t object_key(std::string_view name_space, std::string_view name) {
    text_.assign(name_space).append("/").append(name);
    return hash(text_);
  }

  static constexpr std::uint64_t kUnknown = 0;

  struct Entry {
    std::uint32_t generation = 0;
    std::uint64_t version = kUnknown;
    Image image;  // Null where none are kept.
    Kept kept;
  };

  // Most updates change nothing that is served.
  void keep_image(Entry& entry, const Object& object) {
    const std::string image = api::to_image(object);
    if (entry.image && *entry.image == image) return;
    // A copy has no room to grow.
    entry.image = std::make_shared<const std::string>(image);
    ++image_changes_;
  }

  Store* store_;
  std::uint32_t generation_ = 0;
  SeededHash hash_;
  bool synced_ = false;
  bool replacing_ = false;
  bool images_kept_ = false;
  std::uint64_t image_changes_ = 0;
  std::unordered_map<std::uint64_t, Entry> entries_;
  std::string text_;
};

}  // namespace catena::kubernetes
