// SPDX-License-Identifier: Apache-2.0
#include "core/server/server.hpp"

#include "core/server/zone_lines.hpp"

#include <algorithm>
#include <ranges>
#include <thread>

namespace catena::server {

Server::Server(const Process& process,
               std::shared_ptr<const Configuration> configuration,
               const ServerLimits& limits)
    : process_(process),
      configuration_(std::move(configuration)),
      limits_(limits),
      meters_(process.metrics),
      service_{process_, meters_, dropped_} {
  for (const auto& listener : configuration_->listeners) {
    dropped_.push_back(std::make_unique<Dropped>(process_.metrics, listener->label));
  }
  const WorkerLimits each{std::max<std::size_t>(1, limits_.connections / limits_.workers),
                          limits_.waiting};
  for (std::size_t i = 0; i < limits_.workers; ++i) {
    workers_.push_back(std::make_unique<Worker>(i, service_, configuration_, each));
  }
}

Server::~Server() { stop(); }

Result<void> Server::start() {
  Result<void> result = start_plugins();
  if (result) result = bind();
  if (!result) {
    stop_plugins();
    return result;
  }
  for (const auto& worker : workers_) worker->start();
  running_ = true;
  return {};
}

Result<void> Server::start_plugins() {
  for (Startable* plugin : configuration_->with<Startable>()) {
    try {
      plugin->start();
    } catch (const std::exception& exception) {
      return Error{exception.what()};
    }
    started_.push_back(plugin);
  }
  return {};
}

Result<void> Server::bind() {
  for (const auto& listener : configuration_->listeners) {
    if (Result<void> result = bind(*listener); !result) return result;
  }
  return {};
}

Result<void> Server::bind(const Listener& listener) {
  Result<BoundListener> bound = bind_listener(listener.address, listener.port, workers_.size());
  if (!bound) return bound.error();
  if (bound->shared) {
    process_.log.warning(
        "Another process already listens on {} and goes on answering a part of the queries: "
        "a server that was left over?",
        to_text(listener.address, bound->port));
  }
  UdpPlace place;
  place.wildcard = bound->wildcard;
  place.listener = &listener;
  place.local = endpoint_of(socket_address(listener.address, bound->port).get());
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    workers_[i]->add(std::move(bound->pairs[i]), listener, place);
  }
  ports_.push_back(bound->port);
  return {};
}

void Server::say_farewell() {
  Duration longest{};
  for (Farewell* plugin : configuration_->with<Farewell>()) {
    try {
      longest = std::max(longest, plugin->farewell());
    } catch (const std::exception& exception) {
      process_.log.error("shutdown: {}", exception.what());
      stopped_ = Stopped::with_errors;
    }
  }
  std::this_thread::sleep_for(longest);
}

void Server::stop_plugins() {
  for (Startable* plugin : std::views::reverse(started_)) {
    try {
      plugin->stop();
    } catch (const std::exception& exception) {
      process_.log.error("shutdown: {}", exception.what());
      stopped_ = Stopped::with_errors;
    }
  }
  started_.clear();
}

Stopped Server::stop(std::chrono::nanoseconds drain) {
  if (!running_) return stopped_;
  running_ = false;
  say_farewell();
  for (const auto& worker : workers_) worker->drain(drain);
  for (const auto& worker : workers_) worker->join();
  stop_plugins();
  workers_.clear();
  return stopped_;
}

std::vector<std::string> Server::lines() const {
  std::vector<std::string> all;
  for (const auto& listener : configuration_->listeners) {
    const std::vector<std::string> some = zone_lines(*listener, port(listener->number));
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

}  // namespace catena::server
