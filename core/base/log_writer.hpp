// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"
#include "core/base/log.hpp"

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

namespace catena {

/// Writes lines to a file descriptor from a thread of its own, so that no worker ever waits for
/// whoever reads the log. Any thread may write; no lock is taken. A full queue drops the line and
/// counts it; the number is written as a warning once there is room again. The destructor writes
/// what is queued, unless nobody reads it. A FATAL line is written behind all that is queued, then
/// the process ends with status 1.
class LogWriter final : public LogSink {
 public:
  /// `descriptor` is not closed.
  explicit LogWriter(int descriptor, LogFormat format = LogFormat::text);
  ~LogWriter() override;
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  /// Text without anything in front; as JSON a record.
  void write(LogLevel level, std::string_view line) override;
  void take(const LogRecord& record) override;

  /// DEBUG lines are dropped unless this was called (the plugin debug).
  void enable_debug(bool enabled = true) { debug_.store(enabled, std::memory_order_relaxed); }

  /// Waits until everything written so far has left.
  void flush();

  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  // A bounded queue of many writers and one reader (Vyukov): a slot's turn says whose it is.
  static constexpr std::size_t kSlots = 1024;
  static constexpr std::size_t kInline = 240;
  static constexpr std::size_t kKeep = 1024;  // Of a longer line's memory, for the next one.
  struct Slot {
    std::atomic<std::uint64_t> turn;
    std::uint32_t size;
    WallTime time;  // Only for JSON; the reading thread makes text of it.
    std::array<char, kInline> text;
    std::string longer;
  };

  bool muted(LogLevel level) const {
    return level == LogLevel::debug && !debug_.load(std::memory_order_relaxed);
  }
  void submit(LogLevel level, std::string_view line);
  bool push(std::string_view line);
  bool pop(std::string& batch);
  void append(WallTime time, std::string_view line, std::string& batch) const;
  void append_notice(std::uint64_t dropped, std::string& batch) const;
  void run();
  bool writable() const;
  void put(const std::string& batch) const;
  void finish();
  [[noreturn]] void end_process(std::string_view line);

  int descriptor_;
  LogFormat format_;
  std::atomic<bool> debug_{false};
  std::atomic<bool> stopping_{false};
  std::atomic<bool> ending_{false};
  std::atomic<std::uint64_t> dropped_{0};
  std::unique_ptr<std::array<Slot, kSlots>> slots_;
  alignas(64) std::atomic<std::uint64_t> head_{0};  // The next slot to fill.
  alignas(64) std::atomic<std::uint64_t> announced_{
      0};  // Counts up at each line; the thread waits on it.
  alignas(64) std::atomic<std::uint64_t> tail_{0};  // The next slot to read; the thread's own.
  std::atomic<std::uint64_t> written_{0};           // Lines that have left.
  std::thread thread_;
};

}  // namespace catena
