// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.hpp"

#include "plugins/kubernetes/objects/objects.hpp"

#include <string_view>

namespace catena::kubernetes::api {

/// Reads an object's message, without an envelope, into `object`, whatever that was before: its
/// memory is used again. As decode(): unknown fields are skipped, a name that is missing or a
/// message that is broken is an error. Never throws. Of kinds that no API server sends as protobuf
/// whatever comes is an error.
template <class Object>
Result<void> read_protobuf(std::string_view message, Object& object);

template <class Object>
Result<Object> decode_protobuf(std::string_view message) {
  Object object;
  const auto read = read_protobuf(message, object);
  if (!read) return read.error();
  return object;
}

}  // namespace catena::kubernetes::api
