// SPDX-License-Identifier: Apache-2.0
#include "core/base/log.hpp"

namespace catena {

std::string_view to_string(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "DEBUG";
    case LogLevel::info:
      return "INFO";
    case LogLevel::warning:
      return "WARNING";
    case LogLevel::error:
      return "ERROR";
    case LogLevel::fatal:
      return "FATAL";
  }
  return "INFO";
}

void Log::write(LogLevel level, std::string_view text) const {
  fmt::memory_buffer line;
  fmt::format_to(std::back_inserter(line), "[{}] {}{}", to_string(level), prefix_, text);
  sink_->write(level, {line.data(), line.size()});
}

}  // namespace catena
