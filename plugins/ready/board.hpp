// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/log.hpp"
#include "core/http/page.hpp"
#include "core/plugin/abilities.hpp"

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

namespace catena::ready {

/// How long a plugin is asked.
enum class Monitor : std::uint8_t { until_ready, continuously };

/// One plugin that can say whether it is ready.
struct Asked {
  std::string name;
  const Ready* plugin;
  Monitor monitor;
  bool was_ready = false;
};

/// Everybody who has to be ready before the process is: the plugins of all blocks that say so, of
/// the old and the new configuration while both are there. One for the process. Any thread.
class Board {
 public:
  /// `owner` says whose plugins they are, for remove().
  void add(const void* owner, const std::vector<Asked>& plugins);
  void remove(const void* owner);

  /// The process is about to end: nothing is ready any more.
  void close();

  /// What /ready shows. Who is not ready is logged.
  http::Page page(const Log& log);

 private:
  struct Entry {
    const void* owner;
    Asked asked;
  };
  std::string not_ready();

  std::mutex mutex_;
  std::vector<Entry> entries_;
  bool closed_ = false;
};

}  // namespace catena::ready
