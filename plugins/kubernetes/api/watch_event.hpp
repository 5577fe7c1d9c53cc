// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.hpp"

#include <string_view>

namespace catena::kubernetes::api {

/// One event of a watch: views into its bytes.
struct WatchEvent {
  std::string_view type;    ///< "ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR" or a new one.
  std::string_view object;  ///< To be decoded by its kind.
};

/// Splits an event in JSON into its parts without reading the object. Fails where one is missing.
Result<WatchEvent> split_event(std::string_view json);

/// What is in the envelope around a whole protobuf document: "k8s", a zero byte, and a
/// runtime.Unknown with the object's own message. A view into `bytes`.
Result<std::string_view> open_envelope(std::string_view bytes);

/// Splits a frame of a watch, as split_event() does with JSON. The object's envelope is open.
Result<WatchEvent> split_protobuf_event(std::string_view frame);

}  // namespace catena::kubernetes::api
