// SPDX-License-Identifier: Apache-2.0
#include "plugins/health/health.hpp"

#include "core/config/duration.hpp"

#include <stdexcept>

namespace catena::health {

Health::Health(const Config& config,
               std::shared_ptr<http::PageServer> server,
               metrics::Registry& registry,
               Log log)
    : config_(config), server_(std::move(server)), meters_(registry), log_(std::move(log)) {}

void Health::start() {
  if (const Result<void> opened = server_->open(); !opened) {
    throw std::runtime_error(opened.error().text);
  }
  mount_ =
      server_->mount("/health", [](const http::PageRequest&) { return http::Page{.body = "OK"}; });
  check_.emplace(*server_, meters_, log_);
}

// The server goes while the control thread holds it: it has a thread to wait for.
void Health::stop() {
  check_.reset();
  mount_ = {};
  server_.reset();
}

Duration Health::farewell() {
  if (config_.lameduck <= Duration::zero()) return {};
  log_.info("Going into lameduck mode for {}", config::format_duration(config_.lameduck));
  return config_.lameduck;
}

}  // namespace catena::health
