// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "test/kubernetes/api_network.hpp"
#include "test/sim/world.hpp"

#include <optional>

namespace catena::sim {

/// All that may happen to an API server and the way to it, but for what is in it.
class ApiTrouble {
 public:
  ApiTrouble(following::ApiNetwork& network, const Clock& clock, Environment& environment)
      : network_(network),
        clock_(clock),
        dice_(environment.dice),
        trace_(environment.trace),
        well_since_(clock.now()) {}

  /// Something begins, ends, or happens once.
  void change();
  /// All is well again, from now on.
  void end();

  /// Restored, or replaced by another: whoever watched is told in no way but by the watch's end.
  void lose_watches();
  /// The same where nobody is between, who could keep the connection.
  void break_connections();

  /// For how long all has been well; nothing where it is not.
  std::optional<Duration> well() const;

 private:
  void begin();
  void refuse_some();

  following::ApiNetwork& network_;
  const Clock& clock_;
  Dice& dice_;
  Trace& trace_;
  TimePoint well_since_;
  bool trouble_ = false;
  bool stalled_ = false;  // Since all was well, something has.
};

}  // namespace catena::sim
