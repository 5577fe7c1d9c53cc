// SPDX-License-Identifier: Apache-2.0
// One way in for both encodings.
#pragma once

#include "plugins/kubernetes/api/encoding.hpp"
#include "plugins/kubernetes/api/watch_event.hpp"
#include "plugins/kubernetes/objects/json_objects.hpp"
#include "plugins/kubernetes/objects/protobuf_objects.hpp"

#include <string_view>

namespace catena::kubernetes::api {

/// An object as it was cut out of a list or an event.
template <class Object>
Result<Object> decode(Encoding encoding, std::string_view bytes) {
  return encoding == Encoding::json ? decode<Object>(bytes) : decode_protobuf<Object>(bytes);
}

/// The same into `object`, whose memory may be used again.
template <class Object>
Result<void> read_into(Object& object, Encoding encoding, std::string_view bytes) {
  if (encoding == Encoding::protobuf) return read_protobuf(bytes, object);
  auto decoded = decode<Object>(bytes);
  if (!decoded) return decoded.error();
  object = std::move(*decoded);
  return {};
}

inline Result<WatchEvent> split_event(Encoding encoding, std::string_view bytes) {
  return encoding == Encoding::json ? split_event(bytes) : split_protobuf_event(bytes);
}

/// The Status that is the whole body of a refusal.
inline Result<StatusObject> decode_refusal(Encoding encoding, std::string_view body) {
  if (encoding == Encoding::json) return decode<StatusObject>(body);
  const auto message = open_envelope(body);
  if (!message) return message.error();
  return decode_protobuf<StatusObject>(*message);
}

}  // namespace catena::kubernetes::api
