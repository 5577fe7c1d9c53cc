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

}  // namespace catena::kubernetes::api
