// SPDX-License-Identifier: Apache-2.0
#include "core/base/log.hpp"

#include "core/base/one_line.hpp"

namespace catena {
namespace {

// More than any line of ours has.
constexpr std::size_t kTextLimit = 16 * 1024;

}  // namespace

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
  // Who writes what others said bounds and cleans it (one_line); nobody's forgetting breaks a line.
  if (record.text.size() <= kTextLimit && is_one_line(record.text)) {
    line.append(record.text);
  } else {
    line.append(one_line(record.text, kTextLimit));
  }
  write(record.level, {line.data(), line.size()});
}

}  // namespace catena
