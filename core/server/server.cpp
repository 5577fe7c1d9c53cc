// SPDX-License-Identifier: Apache-2.0
#include "core/server/server.hpp"

#include "core/server/zone_lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <latch>
#include <ranges>
#include <thread>
#include <utility>

namespace catena::server {
namespace {

void tell_ports(const Configuration& configuration, const std::vector<std::uint16_t>& ports) {
  for (Listening* plugin : configuration.with<Listening>()) plugin->listening(ports);
}

}  // namespace

Server::Server(const Process& process,
               std::shared_ptr<const Configuration> configuration,
               const ServerLimits& limits)
    : process_(process),
      configuration_(std::move(configuration)),
      limits_(limits),
      meters_(process.metrics),
      service_{process_, meters_} {
  const WorkerLimits each{std::max<std::size_t>(1, limits_.connections / limits_.workers),
                          limits_.waiting};
  for (std::size_t i = 0; i < limits_.workers; ++i) {
    workers_.push_back(std::make_unique<Worker>(i, service_, configuration_, each));
  }
}

Server::~Server() { stop(); }

Result<void> Server::start() {
  Result<Started> started = start_plugins(*configuration_);
  if (!started) return started.error();
  Result<Bound> bound = bind(*configuration_);
  if (!bound) {
    stop_plugins(*started);
    return bound.error();
  }
  started_ = std::move(*started);
  ports_ = std::move(bound->ports);
  tell_ports(*configuration_, ports_);
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    for (WorkerSockets& sockets : bound->sockets[i]) workers_[i]->add(std::move(sockets));
    workers_[i]->start();
  }
  running_ = true;
  return {};
}

Result<Server::Started> Server::start_plugins(const Configuration& configuration) {
  Started started;
  for (Startable* plugin : configuration.with<Startable>()) {
    try {
      plugin->start();
    } catch (const std::exception& exception) {
      stop_plugins(started);
      return Error{exception.what()};
    }
    started.push_back(plugin);
  }
  return started;
}

Result<Server::Bound> Server::bind(const Configuration& next) const {
  Bound bound;
  bound.sockets.resize(workers_.size());
  for (const auto& listener : next.listeners) {
    const Listener* before =
        running_ ? configuration_->find(listener->address, listener->port) : nullptr;
    const Result<std::uint16_t> port =
        before != nullptr ? Result<std::uint16_t>(ports_[before->number]) : bind(*listener, bound);
    if (!port) return port.error();
    bound.ports.push_back(*port);
  }
  return bound;
}

Result<std::uint16_t> Server::bind(const Listener& listener, Bound& bound) const {
  Result<net::BoundListener> made =
      net::bind_listener(listener.address, listener.port, workers_.size());
  if (!made) return made.error();
  if (made->shared) {
    process_.log.warning(
        "Another process already listens on {} and goes on answering a part of the queries: "
        "a server that was left over?",
        net::to_text(listener.address, made->port));
  }
  UdpPlace place;
  place.wildcard = made->wildcard;
  place.listener = &listener;
  place.local = net::endpoint_of(net::socket_address(listener.address, made->port).get());
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    bound.sockets[i].push_back({std::move(made->pairs[i]), &listener, place});
  }
  return made->port;
}

Result<void> Server::reload(std::shared_ptr<const Configuration> next) {
  Result<Started> started = start_plugins(*next);
  if (!started) return started.error();
  Result<Bound> bound = bind(*next);
  if (!bound) {
    stop_plugins(*started);
    return bound.error();
  }
  const std::vector<std::uint16_t> ports = bound->ports;
  tell_ports(*next, ports);
  hand_over(next, std::move(*bound));
  stop_plugins(std::exchange(started_, std::move(*started)));
  configuration_ = std::move(next);
  ports_ = ports;
  return {};
}

// Comes back when no worker runs anything with the configuration before.
void Server::hand_over(std::shared_ptr<const Configuration> next, Bound bound) {
  // Shared: the last worker may still be in count_down() when wait() is back.
  const auto left = std::make_shared<std::latch>(static_cast<std::ptrdiff_t>(workers_.size()));
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    workers_[i]->adopt(
        {next, std::move(bound.sockets[i]), limits_.drain, [left] { left->count_down(); }});
  }
  left->wait();
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

void Server::stop_plugins(const Started& started) {
  for (Startable* plugin : std::views::reverse(started)) {
    try {
      plugin->stop();
    } catch (const std::exception& exception) {
      process_.log.error("shutdown: {}", exception.what());
      stopped_ = Stopped::with_errors;
    }
  }
}

Stopped Server::stop(std::chrono::nanoseconds drain) {
  if (!running_) return stopped_;
  running_ = false;
  say_farewell();
  for (const auto& worker : workers_) worker->drain(drain);
  for (const auto& worker : workers_) worker->join();
  stop_plugins(started_);
  workers_.clear();
  return stopped_;
}

std::vector<std::string> Server::lines() const {
  std::vector<std::string> all;
  for (const auto& listener : configuration_->listeners) {
    all.push_back(
        fmt::format("{}", fmt::join(zone_lines(*listener, port(listener->number)), "\n")));
  }
  return all;
}

}  // namespace catena::server
