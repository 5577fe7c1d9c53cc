// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/kubernetes/api/objects.hpp"
#include "plugins/kubernetes/api/sink.hpp"

#include <string_view>
#include <utility>

namespace catena::kubernetes::api {

/// A Sink as the reflector sees it: objects come as JSON, so that one state machine serves all
/// kinds.
class JsonSink {
 public:
  virtual ~JsonSink() = default;
  virtual void begin_replace() = 0;
  /// Both give back what the object says of itself, or why it cannot be read.
  virtual Result<Metadata> upsert(std::string_view json) = 0;
  virtual Result<Metadata> remove(std::string_view json) = 0;
  virtual void commit_replace() = 0;
};

/// Decodes each object and passes it on. The target outlives it.
template <class Object>
class DecodingSink final : public JsonSink {
 public:
  explicit DecodingSink(Sink<Object>& target) : target_(target) {}

  void begin_replace() override { target_.begin_replace(); }

  Result<Metadata> upsert(std::string_view json) override {
    auto object = decode<Object>(json);
    if (!object) return object.error();
    Metadata metadata = object->metadata;
    target_.upsert(std::move(*object));
    return metadata;
  }

  Result<Metadata> remove(std::string_view json) override {
    auto object = decode<Object>(json);
    if (!object) return remove_unreadable(json, object.error());
    target_.remove(object->metadata.name_space, object->metadata.name);
    return std::move(object->metadata);
  }

  void commit_replace() override { target_.commit_replace(); }

 private:
  // Its name is all that matters.
  Result<Metadata> remove_unreadable(std::string_view json, const Error& error) {
    auto about = decode<BookmarkObject>(json);
    if (!about || about->name.empty()) return error;
    target_.remove(about->name_space, about->name);
    return Metadata{about->name, about->name_space, about->resource_version};
  }

  Sink<Object>& target_;
};

}  // namespace catena::kubernetes::api
