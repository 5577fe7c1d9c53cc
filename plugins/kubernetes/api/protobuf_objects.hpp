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

/// Reads an object's message, without an envelope. As decode(): unknown fields are skipped, a name
/// that is missing or a message that is broken is an error. Never throws. Kinds that no API server
/// sends as protobuf have no reader: what comes is an error.
template <class Object>
Result<Object> decode_protobuf(std::string_view) {
  return Error{"protobuf of a kind that has none"};
}

template <>
Result<ServiceObject> decode_protobuf<ServiceObject>(std::string_view message);
template <>
Result<SliceObject> decode_protobuf<SliceObject>(std::string_view message);
template <>
Result<ImportObject> decode_protobuf<ImportObject>(std::string_view message);
template <>
Result<PodObject> decode_protobuf<PodObject>(std::string_view message);
template <>
Result<NamespaceObject> decode_protobuf<NamespaceObject>(std::string_view message);
template <>
Result<StatusObject> decode_protobuf<StatusObject>(std::string_view message);
template <>
Result<BookmarkObject> decode_protobuf<BookmarkObject>(std::string_view message);
template <>
Result<ListMetadata> decode_protobuf<ListMetadata>(std::string_view message);

}  // namespace catena::kubernetes::api
