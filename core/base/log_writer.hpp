// SPDX-License-Identifier: Apache-2.0
#pragma once

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
/// what is queued, unless nobody reads it.
class LogWriter final : public LogSink {
 public:
  /// `descriptor` is not closed.
  explicit LogWriter(int descriptor);
  ~LogWriter() override;
  LogWriter(const LogWriter&) = delete;
  LogWriter& operator=(const LogWriter&) = delete;

  void write(LogLevel level, std::string_view line) override;

  /// DEBUG lines are dropped unless this was called (the plugin debug).
  void enable_debug(bool enabled = true) { debug_.store(enabled, std::memory_order_relaxed); }

  /// Waits until everything written so far has left.
  void flush();

  std::uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  // A bounded queue of many writers and one reader (Vyukov): a slot's turn says whose it is.
  static constexpr std::size_t kSlots = 1024;
  static constexpr std::size_t kInline = 240;
  struct Slot {
    std::atomic<std::uint64_t> turn;
    std::uint32_t size;
    std::array<char, kInline> text;
    std::string longer;
  };

  bool push(std::string_view line);
  bool pop(std::string& batch);
  void run();
  bool writable() const;
  void put(const std::string& batch) const;

  int descriptor_;
  std::atomic<bool> debug_{false};
  std::atomic<bool> stopping_{false};
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
