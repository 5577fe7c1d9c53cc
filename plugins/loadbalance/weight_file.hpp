// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/epoch.hpp"
#include "core/base/log.hpp"
#include "core/base/ticker.hpp"

#include "plugins/loadbalance/weights.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <string>

namespace catena::loadbalance {

/// Keeps the weights of a file, reading it again in a thread of its own. Workers read the weights
/// of the moment without a lock; those that were replaced go through the epoch.
class WeightFile {
 public:
  /// `reload` of zero: the file is read once. `epoch` outlives it.
  WeightFile(std::string path, Duration reload, epoch::Domain& epoch, Log log);
  ~WeightFile();

  /// Reads the file for the first time and starts the thread. Throws std::runtime_error for a bad
  /// file, and for one that cannot be opened where no later attempt follows.
  void start();
  void stop() { ticker_.reset(); }

  /// Reads the file again if it has changed; a bad one is told and leaves the weights as they are.
  /// One thread at a time.
  void reload();

  /// Null before the file could be opened. Valid until the query's turn ends.
  const Weights* weights() const { return weights_.load(std::memory_order_acquire); }

 private:
  Result<std::string> read() const;
  void publish(Weights weights);

  std::string path_;
  Duration reload_;
  epoch::Domain& epoch_;
  Log log_;
  std::optional<std::string> text_;  // As it was read last, good or bad.
  std::atomic<Weights*> weights_{nullptr};
  std::unique_ptr<Ticker> ticker_;
};

}  // namespace catena::loadbalance
