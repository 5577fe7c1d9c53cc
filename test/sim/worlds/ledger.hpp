// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"

#include "test/sim/world.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace catena::sim {

/// What a plugin of the world `lives` may rely on, as it is written in core/plugin/abilities.hpp,
/// and whether it was so. Plugins cannot throw what breaks, as the server would catch it: the world
/// looks here. In the process's Keeper.
class Ledger {
 public:
  /// Where what happens is noted.
  Trace* trace = nullptr;
  /// The first rule that did not hold; empty while all do.
  std::string broken;
  /// Plugins that are there.
  std::size_t alive = 0;
  /// What plugins threw where nobody but the end of the server tells it.
  std::size_t faults = 0;
  /// Until when queries are to be answered, as plugins said at the end.
  TimePoint lame_until{};
  /// The configuration that has taken over last.
  std::size_t present = 0;

  template <class... Parts>
  void expect(bool holds, fmt::format_string<Parts...> format, Parts&&... parts) {
    if (!holds && broken.empty()) broken = fmt::format(format, std::forward<Parts>(parts)...);
  }

  /// Of one configuration: plugins stop in the opposite order of their start.
  void started(std::size_t configuration, std::string_view plugin);
  void stopped(std::size_t configuration, std::string_view plugin);
  /// Whether nothing runs that was started.
  bool all_stopped() const { return running_.empty(); }

 private:
  std::map<std::size_t, std::vector<std::string>> running_;
};

}  // namespace catena::sim
