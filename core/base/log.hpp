// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>

namespace catena {

class JsonObject;

enum class LogLevel { debug, info, warning, error, fatal };

/// Lines of text, or a JSON object a line (json_record.hpp).
enum class LogFormat : std::uint8_t { text, json };

/// What a record says besides its text, for programs that read logs. Only asked where JSON is
/// written.
class LogFields {
 public:
  virtual ~LogFields() = default;
  virtual void put(JsonObject& object) const = 0;
};

/// How a line of text begins: `[LEVEL] plugin/NAME: `, or `[LEVEL] ` for a plugin too.
enum class LogPrefix : std::uint8_t { plugin, level };

/// One thing to tell. Nothing of it is kept.
struct LogRecord {
  LogLevel level = LogLevel::info;
  std::string_view text;
  std::string_view plugin;  ///< The bare name; "" where no plugin speaks.
  LogPrefix prefix = LogPrefix::plugin;
  const LogFields* fields = nullptr;
};

/// Where records go. Implementations say which threads may write and what happens when the reader
/// of the lines is slow.
class LogSink {
 public:
  virtual ~LogSink() = default;

  /// `line` is whole, without a line break at its end.
  virtual void write(LogLevel level, std::string_view line) = 0;

  /// Makes a line of text of the record and writes it, unless a sink knows better.
  virtual void take(const LogRecord& record);
};

/// Writes CoreDNS's line format: `[LEVEL] text` or `[LEVEL] plugin/NAME: text`, no time stamp, or
/// the sink's JSON. Cheap to copy; the sink outlives it. As many threads as the sink allows.
class Log {
 public:
  explicit Log(LogSink& sink) : sink_(&sink) {}

  /// The same sink for a plugin. Its name stands in front of each text; with LogPrefix::level only
  /// JSON has it.
  Log for_plugin(std::string_view name, LogPrefix prefix = LogPrefix::plugin) const {
    return Log(*sink_, name, prefix);
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

  /// For what makes it pointless to go on: the process's own sink ends the process with status 1
  /// once the line is out. The sinks of tests come back.
  template <class... Args>
  void fatal(fmt::format_string<Args...> text, Args&&... args) const {
    write(LogLevel::fatal, fmt::format(text, std::forward<Args>(args)...));
  }

  /// For texts that are already whole, in the level chosen at run time.
  void write(LogLevel level, std::string_view text) const { tell(level, text, nullptr); }
  void write(LogLevel level, std::string_view text, const LogFields& fields) const {
    tell(level, text, &fields);
  }

 private:
  Log(LogSink& sink, std::string_view plugin, LogPrefix prefix)
      : sink_(&sink), plugin_(plugin), prefix_(prefix) {}

  void tell(LogLevel level, std::string_view text, const LogFields* fields) const {
    sink_->take({level, text, plugin_, prefix_, fields});
  }

  LogSink* sink_;
  std::string plugin_;
  LogPrefix prefix_ = LogPrefix::plugin;
};

/// "INFO", "WARNING" and so on.
std::string_view to_string(LogLevel level);

}  // namespace catena
