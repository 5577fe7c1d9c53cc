// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"

#include <string>
#include <string_view>
#include <variant>

namespace catena::config {

/// A duration, or Go's words for what is wrong with the text.
using DurationOrError = std::variant<Duration, std::string>;

/// Reads Go's syntax: signed decimal numbers with the units ns us µs ms s m h, one after another,
/// or a bare `0`. Errors are those of Go's time package: `time: missing unit in duration "20"`.
DurationOrError parse_duration(std::string_view text);

/// As parse_duration, and a bare whole number means seconds. Any error is CoreDNS's
/// `failed to parse duration 'X'`.
DurationOrError parse_duration_or_seconds(std::string_view text);

/// Go's form: "1h0m5s", "1.5s", "300ms", "0s".
std::string format_duration(Duration duration);

}  // namespace catena::config
