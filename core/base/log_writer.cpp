// SPDX-License-Identifier: Apache-2.0
#include "core/base/log_writer.hpp"

#include "core/base/json_record.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <poll.h>
#include <unistd.h>

namespace catena {

LogWriter::LogWriter(int descriptor, LogFormat format)
    : descriptor_(descriptor),
      format_(format),
      slots_(std::make_unique<std::array<Slot, kSlots>>()) {
  for (std::size_t i = 0; i < kSlots; ++i) (*slots_)[i].turn.store(i, std::memory_order_relaxed);
  thread_ = std::thread(&LogWriter::run, this);
}

LogWriter::~LogWriter() { finish(); }

void LogWriter::finish() {
  stopping_.store(true, std::memory_order_release);
  announced_.fetch_add(1, std::memory_order_release);
  announced_.notify_one();
  thread_.join();
}

void LogWriter::write(LogLevel level, std::string_view line) {
  if (format_ == LogFormat::json) return take({level, line});
  if (!muted(level)) submit(level, line);
}

void LogWriter::take(const LogRecord& record) {
  if (muted(record.level)) return;
  if (format_ == LogFormat::text) return LogSink::take(record);
  JsonBuffer members;
  append_members(record, members);
  submit(record.level, {members.data(), members.size()});
}

void LogWriter::submit(LogLevel level, std::string_view line) {
  if (level == LogLevel::fatal) end_process(line);
  if (!push(line)) {
    dropped_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  announced_.fetch_add(1, std::memory_order_release);
  announced_.notify_one();
}

// Where several threads want to end the process the first one does, the others wait for it.
void LogWriter::end_process(std::string_view line) {
  while (ending_.exchange(true)) ::pause();
  finish();
  std::string last;
  append(SystemClock().wall(), line, last);
  put(last);
  ::_exit(1);
}

bool LogWriter::push(std::string_view line) {
  std::uint64_t at = head_.load(std::memory_order_relaxed);
  Slot* slot = nullptr;
  for (;;) {
    slot = &(*slots_)[at % kSlots];
    const std::uint64_t turn = slot->turn.load(std::memory_order_acquire);
    if (turn < at) return false;  // Still holds a line of the round before.
    if (turn == at && head_.compare_exchange_weak(at, at + 1, std::memory_order_relaxed)) break;
    if (turn != at) at = head_.load(std::memory_order_relaxed);
  }
  slot->size = static_cast<std::uint32_t>(line.size());
  if (format_ == LogFormat::json) slot->time = SystemClock().wall();
  if (line.size() <= kInline) {
    std::memcpy(slot->text.data(), line.data(), line.size());
  } else {
    slot->longer = line;
  }
  slot->turn.store(at + 1, std::memory_order_release);
  return true;
}

bool LogWriter::pop(std::string& batch) {
  const std::uint64_t at = tail_.load(std::memory_order_relaxed);
  Slot& slot = (*slots_)[at % kSlots];
  if (slot.turn.load(std::memory_order_acquire) != at + 1) return false;
  if (slot.size <= kInline) {
    append(slot.time, {slot.text.data(), slot.size}, batch);
  } else {
    append(slot.time, slot.longer, batch);
    if (slot.longer.capacity() > kKeep) std::string().swap(slot.longer);
  }
  slot.turn.store(at + kSlots, std::memory_order_release);
  tail_.store(at + 1, std::memory_order_relaxed);
  return true;
}

void LogWriter::append(WallTime time, std::string_view line, std::string& batch) const {
  if (format_ == LogFormat::json) {
    append_object(time, line, batch);
  } else {
    batch += line;
  }
  batch += '\n';
}

void LogWriter::append_notice(std::uint64_t dropped, std::string& batch) const {
  const std::string text = fmt::format("{} log lines dropped", dropped);
  if (format_ == LogFormat::json) {
    batch += to_json({LogLevel::warning, text}, SystemClock().wall()) + '\n';
  } else {
    batch += "[WARNING] " + text + '\n';
  }
}

void LogWriter::run() {
  constexpr std::size_t kBatch = 64 * 1024;
  std::uint64_t told = 0;
  std::string batch;
  for (;;) {
    const std::uint64_t announced = announced_.load(std::memory_order_acquire);
    const bool last_round = stopping_.load(std::memory_order_acquire);
    std::uint64_t lines = 0;
    while (batch.size() < kBatch && pop(batch)) ++lines;
    const std::uint64_t dropped = dropped_.load(std::memory_order_relaxed);
    if (dropped != told) append_notice(dropped - told, batch);
    told = dropped;
    put(batch);
    batch.clear();
    written_.fetch_add(lines, std::memory_order_release);
    written_.notify_all();
    if (lines != 0) continue;
    if (last_round) return;
    announced_.wait(announced, std::memory_order_acquire);
  }
}

// A reader that has stopped reading may hold up the lines, but not the end of the process.
bool LogWriter::writable() const {
  constexpr int kMilliseconds = 500;
  pollfd waiting{descriptor_, POLLOUT, 0};
  while (::poll(&waiting, 1, kMilliseconds) == 0) {
    if (stopping_.load(std::memory_order_acquire)) return false;
  }
  return true;
}

void LogWriter::put(const std::string& batch) const {
  std::size_t done = 0;
  while (done < batch.size() && writable()) {
    // A pipe that polls writable takes this much without blocking.
    const std::size_t piece = std::min<std::size_t>(batch.size() - done, PIPE_BUF);
    const ssize_t n = ::write(descriptor_, batch.data() + done, piece);
    if (n < 0 && errno == EINTR) continue;
    // A closed pipe or a full disk must not stop a name server: the rest of the batch is lost.
    if (n <= 0) return;
    done += static_cast<std::size_t>(n);
  }
}

void LogWriter::flush() {
  const std::uint64_t wanted = head_.load(std::memory_order_acquire);
  for (;;) {
    const std::uint64_t written = written_.load(std::memory_order_acquire);
    if (written >= wanted) return;
    written_.wait(written, std::memory_order_acquire);
  }
}

}  // namespace catena
