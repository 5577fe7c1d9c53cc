// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"
#include "core/base/log.hpp"
#include "core/base/metrics.hpp"
#include "core/base/random.hpp"
#include "core/plugin/control.hpp"

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace catena::reload {

/// How often to look at the Corefile.
struct Schedule {
  Duration interval = std::chrono::seconds(30);
  Duration jitter = std::chrono::seconds(15);  ///< At most half of the interval.
};

/// The interval plus or minus up to half of the jitter, so that replicas do not reload together.
Duration draw_period(const Schedule& schedule, Random& random);

/// Looks at the Corefile every now and then and has the process take it up when it has changed. One
/// for the process: as many server blocks as like use it, and it goes on through reloads; the
/// schedule is that of the last one. Any thread, unless said otherwise.
class Watcher : public std::enable_shared_from_this<Watcher> {
 public:
  Watcher(Control& control, const Log& log, metrics::Registry& registry);
  ~Watcher();

  /// From the first user on it watches, until the last one is gone. Control thread.
  void begin(const void* user, const Schedule& schedule);
  void end(const void* user);

  /// The user's configuration runs: says its fingerprint, once for all of its users. Control
  /// thread.
  void announce(const void* user);

  /// One look; asks for a reload if there is something new, right or wrong. What failed once is
  /// not tried again until it changes. Returns whether it asked.
  bool look();

 private:
  struct User {
    const void* who;
    Schedule schedule;
  };

  void run();
  bool is_new(const std::string& found);
  void finished(const std::string& attempted, const Result<void>& result);

  Control& control_;
  Log log_;
  metrics::Registry& registry_;
  metrics::Counter& failures_;
  Random random_;  // The thread's own.

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<User> users_;       // All below: guarded by mutex_.
  std::uint64_t generation_ = 0;  // Counts changes of the users.
  bool reloading_ = false;        // Somebody is at it.
  std::string failed_;            // What was tried last and did not work.
  metrics::Sampled attempted_;    // coredns_reload_version_info
  std::thread thread_;            // Control thread only.
};

}  // namespace catena::reload
