// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/metrics.hpp"

#include <string>
#include <string_view>

namespace catena::kubernetes::api {

/// Why an object of the API is not served: the values of the label `reason`.
inline constexpr std::string_view kTooLarge = "too_large";     ///< Above what is read of one.
inline constexpr std::string_view kUnreadable = "unreadable";  ///< A field is of another type.
inline constexpr std::string_view kInvalid = "invalid";        ///< It breaks the rules of its kind.

/// `resource` as the API calls it: "services".
inline metrics::Counter& skipped_objects(metrics::Registry& metrics,
                                         std::string_view resource,
                                         std::string_view reason) {
  return metrics.counter("catena_kubernetes_skipped_objects_total",
                         "Objects of the API server that are not served.",
                         {{"resource", std::string(resource)}, {"reason", std::string(reason)}});
}

}  // namespace catena::kubernetes::api
