// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"

#include <optional>
#include <string_view>

namespace catena::kubernetes::api {

/// "2026-11-22T14:25:09.5Z" or with an offset instead of Z (RFC 3339); none when it is not a time.
std::optional<WallTime> parse_timestamp(std::string_view text);

}  // namespace catena::kubernetes::api
