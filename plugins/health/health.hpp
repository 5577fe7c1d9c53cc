// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/log.hpp"
#include "core/http/page_server.hpp"
#include "core/plugin/abilities.hpp"

#include "plugins/health/self_check.hpp"

#include <memory>
#include <optional>

namespace catena::health {

struct Config {
  HostPort address{"", 8080};
  Duration lameduck{};
};

/// Says over HTTP that the process lives, to its very end: /health is 200 OK, always.
class Health final : public Companion, public Startable, public Farewell {
 public:
  Health(const Config& config,
         std::shared_ptr<http::PageServer> server,
         metrics::Registry& registry,
         Log log);

  /// Throws when the address cannot be bound.
  void start() override;
  void stop() override;
  /// Asks for the lameduck.
  Duration farewell() override;

 private:
  Config config_;
  std::shared_ptr<http::PageServer> server_;
  CheckMeters meters_;
  Log log_;
  http::PageServer::Mount mount_;
  std::optional<SelfCheck> check_;
};

}  // namespace catena::health
