// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/budget.hpp"
#include "core/base/metrics.hpp"
#include "core/server/host.hpp"

#include <functional>
#include <memory>

namespace catena::server {

/// Shows what clients make the process hold, and gives memory back to the kernel when a peak is
/// over. It does that on a thread of its own: queries that do not wait never allocate, so that they
/// do not notice.
class MemoryWatch {
 public:
  /// `used` is what clients hold now, in bytes; called on any thread as long as this lives.
  MemoryWatch(Host& host,
              metrics::Registry& registry,
              const Budget& budget,
              std::function<std::size_t()> used);

 private:
  metrics::Sampled limit_;
  metrics::Sampled used_;
  std::unique_ptr<Ticker> trimming_;
};

}  // namespace catena::server
