// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/log.hpp"
#include "core/http/page_server.hpp"
#include "core/plugin/abilities.hpp"

#include <memory>
#include <vector>

namespace catena::pprof {

/// Profiles of the process under /debug/pprof/.
class Pprof final : public Companion, public Startable {
 public:
  Pprof(std::shared_ptr<http::PageServer> server, Log log)
      : server_(std::move(server)), log_(std::move(log)) {}

  /// Throws when the address cannot be bound.
  void start() override;
  void stop() override;

 private:
  std::shared_ptr<http::PageServer> server_;
  Log log_;
  std::vector<http::PageServer::Mount> mounts_;
};

}  // namespace catena::pprof
