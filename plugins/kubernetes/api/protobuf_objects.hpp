// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/kubernetes/api/objects.hpp"
#include "plugins/kubernetes/api/watch_event.hpp"

#include <string_view>

namespace catena::kubernetes::api {

/// What is in the envelope around a whole protobuf document: "k8s", a zero byte, and a
/// runtime.Unknown with the object's own message. A view into `bytes`.
Result<std::string_view> open_envelope(std::string_view bytes);

/// Splits a frame of a watch, as split_event() does with JSON. The object's envelope is open.
Result<WatchEvent> split_protobuf_event(std::string_view frame);

/// Reads an object's message, without an envelope, into `object`, whatever that was before: its
/// memory is used again. As decode(): unknown fields are skipped, a name that is missing or a
/// message that is broken is an error. Never throws. Kinds that no API server sends as protobuf
/// have no reader: what comes is an error.
template <class Object>
Result<void> read_protobuf(std::string_view, Object&) {
  return Error{"protobuf of a kind that has none"};
}

template <>
Result<void> read_protobuf<ServiceObject>(std::string_view message, ServiceObject& object);
template <>
Result<void> read_protobuf<SliceObject>(std::string_view message, SliceObject& object);
template <>
Result<void> read_protobuf<PodObject>(std::string_view message, PodObject& object);
template <>
Result<void> read_protobuf<NamespaceObject>(std::string_view message, NamespaceObject& object);
template <>
Result<void> read_protobuf<StatusObject>(std::string_view message, StatusObject& object);
template <>
Result<void> read_protobuf<BookmarkObject>(std::string_view message, BookmarkObject& object);
template <>
Result<void> read_protobuf<ListMetadata>(std::string_view message, ListMetadata& object);

template <class Object>
Result<Object> decode_protobuf(std::string_view message) {
  Object object;
  const auto read = read_protobuf(message, object);
  if (!read) return read.error();
  return object;
}

}  // namespace catena::kubernetes::api
