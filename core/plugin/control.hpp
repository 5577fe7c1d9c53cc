// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.hpp"

#include <functional>
#include <optional>
#include <string>

namespace catena {

/// What a plugin can ask of the process about its configuration (reload). Any thread.
class Control {
 public:
  virtual ~Control() = default;

  /// The fingerprint (config/fingerprint.hpp) of the configuration that runs, or that is being
  /// started.
  virtual std::string running() const = 0;

  /// The fingerprint of what the Corefile says now, right or wrong. Nothing where it cannot be
  /// read.
  virtual std::optional<std::string> on_disk() const = 0;

  /// Does what SIGUSR1 does, soon, on the control thread, and tells `done` there how it went. Once
  /// the process ends nothing is done or told any more.
  virtual void reload(std::function<void(const Result<void>&)> done) = 0;
};

}  // namespace catena
