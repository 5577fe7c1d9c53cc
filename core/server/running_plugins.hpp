// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"
#include "core/base/error.hpp"
#include "core/base/log.hpp"
#include "core/server/configuration.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace catena::server {

/// Whether every plugin stopped without an error.
enum class Stopped : std::uint8_t { cleanly, with_errors };

/// The plugins of a configuration that have started. They are stopped once, in the opposite order,
/// whatever becomes of this. Control thread only.
class RunningPlugins {
 public:
  /// Starts them in chain order; where one throws, those before it are stopped again.
  static Result<RunningPlugins> start(std::shared_ptr<const Configuration> configuration,
                                      const Process& process);
  RunningPlugins(RunningPlugins&&) noexcept = default;
  RunningPlugins& operator=(RunningPlugins&&) = delete;
  ~RunningPlugins() { stop(); }

  /// Whether those that prepare are through. Each is asked until it has said so.
  Result<bool> prepared();

  /// Tells the ports of the listeners.
  Result<void> listening(const std::vector<std::uint16_t>& ports) const;

  /// For how long queries are to be answered still; `stopped` is told of what a plugin throws.
  Duration say_farewell(Stopped& stopped) const;

  Stopped stop();

  const std::shared_ptr<const Configuration>& configuration() const { return configuration_; }

 private:
  RunningPlugins(std::shared_ptr<const Configuration> configuration, const Process& process);

  const Process* process_;
  std::shared_ptr<const Configuration> configuration_;
  std::vector<Startable*> started_;   // Empty once they have stopped.
  std::vector<Prepares*> preparing_;  // Those that have not said yes.
  TimePoint begun_;
};

}  // namespace catena::server
