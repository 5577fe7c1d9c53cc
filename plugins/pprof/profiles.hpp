// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/http/page.hpp"

#include <chrono>
#include <optional>
#include <string_view>

namespace catena::pprof {

/// Where CPU time is spent during the next `seconds` (a parameter, 30 without it), in the form that
/// gperftools' pprof and Go's read beside the program. One at a time. 501 without CATENA_PPROF.
http::Page cpu(const http::PageRequest& request);

/// Where the memory in use was allocated, sampled. 501 without CATENA_PPROF.
http::Page heap(const http::PageRequest& request);

/// `seconds=N` of a query, 1 to 300; nothing when it says something else.
std::optional<std::chrono::seconds> seconds_of(std::string_view query);

}  // namespace catena::pprof
