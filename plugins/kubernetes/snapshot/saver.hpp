// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/log.hpp"
#include "core/base/metrics.hpp"

#include "plugins/kubernetes/snapshot/format.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace catena::kubernetes::snapshot {

/// Writes snapshots to one file, on a thread of its own that gives way to all others. What goes
/// wrong is counted each time and said once, until it works again.
class Saver {
 public:
  Saver(std::string path, Log log, metrics::Registry& metrics);
  /// As finish().
  ~Saver();
  Saver(const Saver&) = delete;
  Saver& operator=(const Saver&) = delete;

  void start();

  /// Hands over what is to be written and comes back at once. `change` is the writer's own number
  /// for this state. Any thread.
  void save(Contents contents, std::uint64_t change);

  /// Something is still to be written. Any thread.
  bool busy() const { return busy_.load(std::memory_order_acquire); }

  /// The number of the state that is on the disk; nothing before the first. Any thread.
  std::optional<std::uint64_t> saved() const;

  /// When what this saver wrote last was taken; nothing before the first. Any thread.
  std::optional<WallTime> written() const;

  /// Ends the thread, after what it was given.
  void finish();

 private:
  struct Job {
    Contents contents;
    std::uint64_t change;
  };

  void run();
  void write(const Job& job);
  Result<void> write_file(const Contents& contents);

  std::string path_;
  Log log_;
  metrics::Counter& failures_;
  std::string said_;  // The saver's thread only.
  std::atomic<bool> busy_{false};

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Job> job_;              // Guarded by mutex_.
  std::optional<std::uint64_t> saved_;  // Guarded by mutex_.
  std::optional<WallTime> written_;     // Guarded by mutex_.
  bool finishing_ = false;              // Guarded by mutex_.
  std::thread thread_;
};

}  // namespace catena::kubernetes::snapshot
