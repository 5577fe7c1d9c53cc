// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/metrics.hpp"
#include "core/http/page.hpp"

#include <string>
#include <string_view>

namespace catena::prometheus {

/// All metrics in text format 0.0.4, compressed for who takes that.
http::Page metrics_page(const metrics::Registry& registry, const http::PageRequest& request);

/// Whether an Accept-Encoding field allows gzip (RFC 9110 section 12.5.3).
bool accepts_gzip(std::string_view field);

/// The gzip format; empty when there is no memory for it.
std::string gzip(const std::string& text);

}  // namespace catena::prometheus
