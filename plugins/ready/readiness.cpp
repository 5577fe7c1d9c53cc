// SPDX-License-Identifier: Apache-2.0
#include "plugins/ready/readiness.hpp"

#include "core/plugin/plugin.hpp"

namespace catena::ready {

Readiness::Readiness(Config config,
                     std::shared_ptr<http::PageServer> server,
                     std::shared_ptr<Board> board,
                     Log log)
    : config_(std::move(config)),
      server_(std::move(server)),
      board_(std::move(board)),
      log_(std::move(log)) {}

std::string Readiness::assembled(const Chain& chain) {
  for (const auto& [name, plugin] : chain.named<Ready>()) {
    plugins_.push_back({std::string(name), plugin, config_.monitor});
  }
  return {};
}

void Readiness::start() {
  board_->add(this, plugins_);
  if (const Result<void> opened = server_->open(); !opened) {
    return log_.error("Failed to start ready handler: {}", opened.error().text);
  }
  mount_ = server_->mount("/ready", [board = board_, log = log_](const http::PageRequest&) {
    return board->page(log);
  });
}

// The server goes while the control thread holds it: it has a thread to wait for.
void Readiness::stop() {
  mount_ = {};
  board_->remove(this);
  server_.reset();
}

Duration Readiness::farewell() {
  board_->close();
  mount_.leave();
  return {};
}

}  // namespace catena::ready
