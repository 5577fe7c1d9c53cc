// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"
#include "core/base/metrics.hpp"

#include <string>
#include <string_view>

namespace catena::kubernetes::api {

/// Counts the requests to one API server. API thread only.
class RequestMetrics {
 public:
  RequestMetrics(metrics::Registry& registry, std::string host);

  /// `code` is the status, or "<error>" where no answer came.
  void answered(std::string_view code, Duration took);
  void held_back(Duration waited);
  void skipped(std::string_view resource, std::string_view reason, std::uint64_t count);

 private:
  metrics::Registry& registry_;
  std::string host_;
  metrics::Histogram& duration_;
  metrics::Histogram& limited_;
};

}  // namespace catena::kubernetes::api
