// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/json_record.hpp"
#include "core/base/log.hpp"

#include <mutex>
#include <string>
#include <vector>

namespace catena::test {

/// Keeps what is logged, as lines of text and as JSON without the time. Written by any thread;
/// `lines` and `records` are read while nobody writes.
class LogLines final : public LogSink {
 public:
  /// `least`: what is below it is not kept.
  explicit LogLines(LogLevel least = LogLevel::debug) : least_(least) {}

  void write(LogLevel level, std::string_view line) override {
    const std::lock_guard lock(mutex_);
    if (level >= least_) lines.emplace_back(line);
  }
  void take(const LogRecord& record) override {
    JsonBuffer members;
    append_members(record, members);
    {
      const std::lock_guard lock(mutex_);
      if (record.level >= least_) records.emplace_back(members.data(), members.size());
    }
    LogSink::take(record);
  }

  /// The lines so far, each with its end. Any thread.
  std::string text() const {
    const std::lock_guard lock(mutex_);
    std::string text;
    for (const std::string& line : lines) text.append(line).append("\n");
    return text;
  }

  std::vector<std::string> lines;
  std::vector<std::string> records;

 private:
  LogLevel least_;
  mutable std::mutex mutex_;
};

}  // namespace catena::test
