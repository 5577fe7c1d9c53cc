// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/kubernetes/api/client.hpp"
#include "plugins/kubernetes/snapshot/saver.hpp"
#include "plugins/kubernetes/store/writer.hpp"

#include <atomic>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace catena::kubernetes::snapshot {

/// The option `snapshot` of one cluster: what the sinks hold is kept in a file, and served again
/// after a start until the API server has told the whole state.
class Snapshots {
 public:
  struct Config {
    std::string path;
    std::string key;  ///< All that the store's contents depend on, in words.
  };

  /// What is kept, and where it goes at the start.
  struct Parts {
    std::vector<std::pair<Kind, ImageSource*>> sources;
    api::Sinks sinks;
  };

  /// How often the API thread calls tick().
  static constexpr Duration kInterval = std::chrono::seconds(10);

  /// Before the first object. The context and the parts outlive it.
  Snapshots(Config config, Parts parts, const WriterContext& context);

  /// Fills the store from the file, if there is a good one; says why not. Before the API thread
  /// starts.
  void start();

  /// Names are answered from the file. Any thread.
  bool serving() const { return served_from().has_value(); }

  /// Writes what has changed, on another thread. The API thread, every kInterval.
  void tick();

  /// Writes what has changed, and waits for it. After the API thread has ended.
  void finish();

 private:
  std::optional<WallTime> served_from() const;
  void load();
  void save();
  std::uint64_t changes() const;
  Contents collect() const;
  double age_of(const std::optional<WallTime>& time) const;

  Config config_;
  Parts parts_;
  const WriterContext* context_;
  Saver saver_;
  WallTime restored_time_{};  // Set before restored_.
  std::atomic<bool> restored_{false};
  bool live_said_ = false;
  metrics::Sampled served_age_;
  metrics::Sampled written_age_;
};

}  // namespace catena::kubernetes::snapshot
