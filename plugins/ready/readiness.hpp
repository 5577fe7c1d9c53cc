// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/http/page_server.hpp"

#include "plugins/ready/board.hpp"

#include <memory>

namespace catena::ready {

struct Config {
  HostPort address{"", 8181};
  Monitor monitor = Monitor::until_ready;
};

/// Puts its block's plugins on the board and shows the board at /ready.
class Readiness final : public Companion, public Assembled, public Startable, public Farewell {
 public:
  Readiness(Config config,
            std::shared_ptr<http::PageServer> server,
            std::shared_ptr<Board> board,
            Log log);

  std::string assembled(const Chain& chain) override;
  /// An address that cannot be bound is logged, and no more than that, as in CoreDNS.
  void start() override;
  void stop() override;
  Duration farewell() override;

 private:
  Config config_;
  std::shared_ptr<http::PageServer> server_;
  std::shared_ptr<Board> board_;
  Log log_;
  std::vector<Asked> plugins_;
  http::PageServer::Mount mount_;
};

}  // namespace catena::ready
