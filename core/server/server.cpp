// SPDX-License-Identifier: Apache-2.0
#include "core/server/server.hpp"

#include "core/base/host_port.hpp"
#include "core/server/zone_lines.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace catena::server {
namespace {

// How often is looked at what others do meanwhile.
constexpr std::chrono::milliseconds kLookAtPlugins{10};
constexpr std::chrono::milliseconds kLookAtWorkers{2};

net::ListenerSpec spec_of(const Listener& listener) {
  const ListenerKey& key = listener.key;
  return {.address = key.address, .port = key.port, .datagrams = key.scheme == config::Scheme::dns};
}

// How many listeners are at the same address and port.
std::size_t count_at(const Configuration& configuration, const ListenerKey& key) {
  const auto there = [&key](const std::unique_ptr<Listener>& one) {
    return key.port != 0 && one->key.address == key.address && one->key.port == key.port;
  };
  return static_cast<std::size_t>(std::ranges::count_if(configuration.listeners, there));
}

void take_over(const Configuration& configuration) {
  for (TakesOver* plugin : configuration.with<TakesOver>()) plugin->take_over();
}

}  // namespace

Server::Server(const Process& process,
               Host& host,
               std::shared_ptr<const Configuration> configuration,
               const ServerLimits& limits)
    : process_(process),
      host_(host),
      configuration_(std::move(configuration)),
      limits_(limits),
      meters_(process.metrics),
      budget_(limits.memory.budget(configuration_->memory()), limits.workers),
      service_{process_, meters_, budget_} {
  const WorkerLimits each{std::max<std::size_t>(1, limits_.connections / limits_.workers),
                          limits_.descriptors, limits_.workers};
  for (std::size_t i = 0; i < limits_.workers; ++i) {
    workers_.push_back(
        std::make_unique<Worker>(host_.loop(process_.clock), i, service_, configuration_, each));
  }
}

Server::~Server() {
  stop([](Stopped) {});
  while (const std::optional<Duration> wait = step()) host_.wait(*wait);
}

// What `next` holds may come from the state that goes.
template <class Next>
void Server::become(Next next) {
  state_.emplace<Next>(std::move(next));
}

// Between take() and become() the state is an empty shell.
template <class Now>
Now Server::take() {
  return std::move(std::get<Now>(state_));
}

void Server::start(Told told) {
  if (!std::holds_alternative<Idle>(state_)) return told(Error{"the server has started before"});
  Result<RunningPlugins> plugins = RunningPlugins::start(configuration_, process_);
  if (plugins) return become(Starting{std::move(*plugins), std::move(told)});
  end();
  told(plugins.error());
}

void Server::reload(std::shared_ptr<const Configuration> next, Told told) {
  if (!running()) return told(Error{"the server is starting, changing or ending"});
  Result<RunningPlugins> plugins = RunningPlugins::start(std::move(next), process_);
  if (!plugins) return told(plugins.error());
  become(Reloading{take<Running>().plugins, std::move(*plugins), std::move(told)});
}

void Server::stop(Duration drain, ToldEnd told) {
  if (ended()) return told(stopped_);
  told_end_.push_back(std::move(told));
  if (std::holds_alternative<Idle>(state_)) return end();
  if (std::holds_alternative<Starting>(state_)) {
    Starting starting = take<Starting>();
    stop_plugins(starting.plugins);
    return end();
  }
  if (std::holds_alternative<Running>(state_)) {
    return leave(take<Running>().plugins, std::nullopt, drain);
  }
  if (std::holds_alternative<Reloading>(state_)) {
    Reloading reloading = take<Reloading>();
    leave(std::move(reloading.plugins), std::nullopt, drain);
    return stop_plugins(reloading.next);
  }
  if (std::holds_alternative<Changing>(state_)) {
    Changing changing = take<Changing>();
    return leave(std::move(changing.plugins), std::move(changing.former), drain);
  }
  if (auto* leaving = std::get_if<Leaving>(&state_)) {
    leaving->drain = std::min(leaving->drain, drain);
  }
  if (std::holds_alternative<Draining>(state_)) drain_workers(drain);
}

// Lameduck begins before anything else is dealt with.
void Server::leave(RunningPlugins plugins, std::optional<Former> former, Duration drain) {
  const TimePoint until = process_.clock.now() + plugins.say_farewell(stopped_);
  become(Leaving{std::move(plugins), std::move(former), until, drain});
}

std::optional<Duration> Server::step() {
  return std::visit([this](auto& state) { return go_on(state); }, state_);
}

std::optional<Duration> Server::go_on(Starting& starting) {
  const Result<bool> prepared = starting.plugins.prepared();
  if (prepared && !*prepared) return kLookAtPlugins;
  Starting now = take<Starting>();
  const Result<void> begun = prepared ? begin(now.plugins) : Result<void>(prepared.error());
  if (begun) {
    become(Running{std::move(now.plugins)});
  } else {
    stop_plugins(now.plugins);
    end();
  }
  now.told(begun);
  return Duration::zero();
}

Result<void> Server::begin(const RunningPlugins& plugins) {
  Result<Bound> bound = open(plugins, nullptr);
  if (!bound) return bound.error();
  ports_ = std::move(bound->ports);
  take_over(*configuration_);
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    for (WorkerSockets& sockets : bound->sockets[i]) workers_[i]->add(std::move(sockets));
    workers_[i]->start();
  }
  watch_.emplace(host_, process_.metrics, budget_, [this] { return memory_used(); });
  return {};
}

std::optional<Duration> Server::go_on(Reloading& reloading) {
  const Result<bool> prepared = reloading.next.prepared();
  if (prepared && !*prepared) return kLookAtPlugins;
  Reloading now = take<Reloading>();
  Result<Bound> bound = prepared ? open(now.next, configuration_.get()) : prepared.error();
  if (!bound) {
    stop_plugins(now.next);
    become(Running{std::move(now.plugins)});
    now.told(bound.error());
    return Duration::zero();
  }
  configuration_ = now.next.configuration();
  budget_.set_limit(limits_.memory.budget(configuration_->memory()));
  ports_ = bound->ports;
  take_over(*configuration_);
  Staying staying = hand_over(configuration_, std::move(*bound));
  become(Changing{std::move(now.next), Former{std::move(now.plugins), std::move(staying)},
                  std::move(now.told)});
  return Duration::zero();
}

std::optional<Duration> Server::go_on(Changing& changing) {
  if (!changing.former.gone()) return kLookAtWorkers;
  Changing now = take<Changing>();
  stop_plugins(now.former.plugins);
  become(Running{std::move(now.plugins)});
  now.told(Result<void>());
  return Duration::zero();
}

std::optional<Duration> Server::go_on(Leaving& leaving) {
  if (leaving.former && leaving.former->gone()) {
    stop_plugins(leaving.former->plugins);
    leaving.former.reset();
  }
  const Duration left = leaving.until - process_.clock.now();
  if (left > Duration::zero()) {
    return leaving.former ? std::min<Duration>(left, kLookAtWorkers) : left;
  }
  drain_workers(leaving.drain);
  Leaving now = take<Leaving>();
  become(Draining{std::move(now.plugins), std::move(now.former)});
  return Duration::zero();
}

std::optional<Duration> Server::go_on(Draining& draining) {
  const auto gone = [](const auto& worker) { return worker->gone(); };
  if (!std::all_of(workers_.begin(), workers_.end(), gone)) return kLookAtWorkers;
  for (const auto& worker : workers_) worker->join();
  if (draining.former) stop_plugins(draining.former->plugins);
  stop_plugins(draining.plugins);
  end();
  return std::nullopt;
}

void Server::drain_workers(Duration drain) {
  for (const auto& worker : workers_) worker->drain(drain);
}

void Server::stop_plugins(RunningPlugins& plugins) {
  if (plugins.stop() == Stopped::with_errors) stopped_ = Stopped::with_errors;
}

std::size_t Server::memory_used() const {
  std::size_t used = 0;
  for (const auto& worker : workers_) used += worker->memory_used();
  return used;
}

void Server::end() {
  watch_.reset();
  workers_.clear();
  become(Ended());
  for (const ToldEnd& told : std::exchange(told_end_, {})) told(stopped_);
}

Result<Server::Bound> Server::open(const RunningPlugins& plugins,
                                   const Configuration* before) const {
  Result<Bound> bound = bind(*plugins.configuration(), before);
  if (!bound) return bound;
  const Result<void> told = plugins.listening(bound->ports);
  if (!told) return told.error();
  return bound;
}

// A listener that stays keeps its port, and its sockets as far as it still wants as many.
Result<Server::Bound> Server::bind(const Configuration& next, const Configuration* before) const {
  Bound bound;
  bound.sockets.resize(workers_.size());
  for (const auto& listener : next.listeners) {
    const Listener* known = before != nullptr ? before->find(listener->key) : nullptr;
    const std::size_t open = known != nullptr ? pairs_of(*known, workers_.size()) : 0;
    net::ListenerSpec spec = spec_of(*listener);
    if (known != nullptr) spec.port = ports_[known->number];
    spec.more = known != nullptr || count_at(next, listener->key) > 1 ||
                (before != nullptr && count_at(*before, listener->key) > 0);
    const Result<std::uint16_t> port = bind(*listener, spec, open, bound);
    if (!port) return port.error();
    bound.ports.push_back(*port);
  }
  return bound;
}

Result<std::uint16_t> Server::bind(const Listener& listener,
                                   const net::ListenerSpec& spec,
                                   std::size_t open,
                                   Bound& bound) const {
  const std::size_t wanted = pairs_of(listener, workers_.size());
  std::vector<asio::any_io_executor> loops;
  for (std::size_t i = open; i < wanted; ++i) {
    loops.push_back(workers_[i % workers_.size()]->executor());
  }
  if (loops.empty()) return spec.port;
  Result<OpenListener> made = host_.bind(spec, loops);
  if (!made) return made.error();
  if (made->shared) {
    process_.log.warning(
        "Another process already listens on {} and goes on answering a part of the queries: "
        "a server that was left over?",
        join_host_port(spec.address, made->port));
  }
  UdpPlace place;
  place.wildcard = made->wildcard;
  place.listener = &listener;
  place.local = net::endpoint_of(net::socket_address(spec.address, made->port).get());
  for (std::size_t i = open; i < wanted; ++i) {
    bound.sockets[i % workers_.size()].push_back(
        {std::move(made->pairs[i - open]), &listener, place, i});
  }
  return made->port;
}

// Shared: a worker may still be at it when it was the last one.
Server::Staying Server::hand_over(const std::shared_ptr<const Configuration>& next, Bound bound) {
  const auto staying = std::make_shared<std::atomic<std::size_t>>(workers_.size());
  for (std::size_t i = 0; i < workers_.size(); ++i) {
    workers_[i]->adopt(
        {next, std::move(bound.sockets[i]), limits_.drain, [staying] { --*staying; }});
  }
  return staying;
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
