// SPDX-License-Identifier: Apache-2.0
#include "cmd/catena/complaint.hpp"

#include "core/base/json_record.hpp"

#include <cstdio>

namespace catena {

void complain(LogFormat format, std::string_view text) {
  if (format == LogFormat::text) return fmt::print(stderr, "{}", text);
  if (text.ends_with('\n')) text.remove_suffix(1);
  fmt::print(stderr, "{}\n", to_json({LogLevel::fatal, text}, SystemClock().wall()));
}

}  // namespace catena
