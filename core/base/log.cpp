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

void LogSink::take(const LogRecord& record) {
  fmt::memory_buffer line;
  const auto out = std::back_inserter(line);
  fmt::format_to(out, "[{}] ", to_string(record.level));
  if (!record.plugin.empty() && record.prefix == LogPrefix::plugin) {
    fmt::format_to(out, "plugin/{}: ", record.plugin);
  }
  line.append(record.text);
  write(record.level, {line.data(), line.size()});
}

}  // namespace catena
