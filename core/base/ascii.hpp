// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace catena {

/// Of ASCII, whatever the locale.
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace catena
