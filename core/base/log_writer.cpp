// SPDX-License-Identifier: Apache-2.0
#include "core/base/log_writer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstring>
#include <poll.h>
#include <unistd.h>

namespace catena {

LogWriter::LogWriter(int descriptor)
    : descriptor_(descriptor), slots_(std::make_unique<std::array<Slot, kSlots>>()) {
  for (std::size_t i = 0; i < kSlots; ++i) (*slots_)[i].turn.store(i, std::memory_order_relaxed);
  thread_ = std::thread(&LogWriter::run, this);
}

LogWriter::~LogWriter() {
  stopping_.store(true, std::memory_order_release);
  announced_.fetch_add(1, std::memory_order_release);
  announced_.notify_one();
  thread_.join();
}

void LogWriter::write(LogLevel level, std::string_view line) {
  if (level == LogLevel::debug && !debug_.load(std::memory_order_relaxed)) return;
  if (!push(line)) {
    dropped_.fetch_add(1, std::memory_order_relaxed);
    return;
  }
  announced_.fetch_add(1, std::memory_order_release);
  announced_.notify_one();
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
    batch.append(slot.text.data(), slot.size);
  } else {
    batch += slot.longer;
    std::string().swap(slot.longer);
  }
  batch += '\n';
  slot.turn.store(at + kSlots, std::memory_order_release);
  tail_.store(at + 1, std::memory_order_relaxed);
  return true;
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
    if (dropped != told) batch += fmt::format("[WARNING] {} log lines dropped\n", dropped - told);
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
