// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/log.hpp"

#include <string_view>

namespace catena {

/// Says on standard error why the process cannot start: `text` as it is, which ends with a line
/// break, or one FATAL record (JSON).
void complain(LogFormat format, std::string_view text);

}  // namespace catena
