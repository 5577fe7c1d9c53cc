// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>

namespace catena {

enum class LogLevel { debug, info, warning, error, fatal };

/// Where finished lines go. Implementations say which threads may write and what happens when the
/// reader of the lines is slow.
class LogSink {
 public:
  virtual ~LogSink() = default;

  /// `line` is whole, without a line break at its end.
  virtual void write(LogLevel level, std::string_view line) = 0;
};

/// Writes CoreDNS's line format: `[LEVEL] text` or `[LEVEL] plugin/NAME: text`, no time stamp
/// (core.md 14.6). Cheap to copy; the sink outlives it. As many threads as the sink allows.
class Log {
 public:
  explicit Log(LogSink& sink) : sink_(&sink) {}

  /// The same sink with `plugin/NAME: ` in front of each text.
  Log for_plugin(std::string_view name) const {
    return Log(*sink_, fmt::format("plugin/{}: ", name));
  }

  template <class... Args>
  void debug(fmt::format_string<Args...> text, Args&&... args) const {
    write(LogLevel::debug, fmt::format(text, std::forward<Args>(args)...));
  }
  template <class... Args>
  void info(fmt::format_string<Args...> text, Args&&... args) const {
    write(LogLevel::info, fmt::format(text, std::forward<Args>(args)...));
  }
  template <class... Args>
  void warning(fmt::format_string<Args...> text, Args&&... args) const {
    write(LogLevel::warning, fmt::format(text, std::forward<Args>(args)...));
  }
  template <class... Args>
  void error(fmt::format_string<Args...> text, Args&&... args) const {
    write(LogLevel::error, fmt::format(text, std::forward<Args>(args)...));
  }

  /// For texts that are already whole, in the level chosen at run time.
  void write(LogLevel level, std::string_view text) const;

 private:
  Log(LogSink& sink, std::string prefix) : sink_(&sink), prefix_(std::move(prefix)) {}

  LogSink* sink_;
  std::string prefix_;
};

/// "INFO", "WARNING" and so on.
std::string_view to_string(LogLevel level);

}  // namespace catena
