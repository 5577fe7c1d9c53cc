// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/kubernetes/api/encoded.hpp"
#include "plugins/kubernetes/api/sink.hpp"

#include <string_view>
#include <utility>

namespace catena::kubernetes::api {

/// A Sink as the reflector sees it: objects come as the server wrote them, so that one state
/// machine serves all kinds.
class EncodedSink {
 public:
  virtual ~EncodedSink() = default;
  virtual void begin_replace() = 0;
  /// Both give back what the object says of itself, or why it cannot be read.
  virtual Result<Metadata> upsert(Encoding encoding, std::string_view bytes) = 0;
  virtual Result<Metadata> remove(Encoding encoding, std::string_view bytes) = 0;
  virtual void keep(std::string_view /*name_space*/, std::string_view /*name*/) {}
  virtual void commit_replace() = 0;
};

/// Decodes each object and passes it on. The target outlives it.
template <class Object>
class DecodingSink final : public EncodedSink {
 public:
  explicit DecodingSink(Sink<Object>& target) : target_(target) {}

  void begin_replace() override { target_.begin_replace(); }

  Result<Metadata> upsert(Encoding encoding, std::string_view bytes) override {
    const auto read = read_into(object_, encoding, bytes);
    if (!read) return read.error();
    Metadata metadata = object_.metadata;
    target_.upsert(std::move(object_));
    return metadata;
  }

  Result<Metadata> remove(Encoding encoding, std::string_view bytes) override {
    auto object = decode<Object>(encoding, bytes);
    if (!object) return remove_unreadable(encoding, bytes, object.error());
    target_.remove(object->metadata.name_space, object->metadata.name);
    return std::move(object->metadata);
  }

  void keep(std::string_view name_space, std::string_view name) override {
    target_.keep(name_space, name);
  }

  void commit_replace() override { target_.commit_replace(); }

 private:
  // Its name is all that matters.
  Result<Metadata> remove_unreadable(Encoding encoding,
                                     std::string_view bytes,
                                     const Error& error) {
    auto about = decode<BookmarkObject>(encoding, bytes);
    if (!about || about->name.empty()) return error;
    target_.remove(about->name_space, about->name);
    return Metadata(*about);
  }

  Sink<Object>& target_;
  Object object_;  ///< The last one: what the target left of it is used again.
};

}  // namespace catena::kubernetes::api
