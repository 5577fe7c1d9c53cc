// SPDX-License-Identifier: Apache-2.0
#include "core/server/running_plugins.hpp"

#include <algorithm>
#include <exception>
#include <utility>

namespace catena::server {
namespace {

// What a plugin throws, as a value.
template <class Action>
Result<void> attempt(Action&& action) {
  try {
    action();
    return {};
  } catch (const std::exception& exception) {
    return Error{exception.what()};
  } catch (...) {
    return Error{"a plugin threw something that is no exception"};
  }
}

}  // namespace

RunningPlugins::RunningPlugins(std::shared_ptr<const Configuration> configuration,
                               const Process& process)
    : process_(&process),
      configuration_(std::move(configuration)),
      preparing_(configuration_->with<Prepares>()) {}

Result<RunningPlugins> RunningPlugins::start(std::shared_ptr<const Configuration> configuration,
                                             const Process& process) {
  RunningPlugins plugins(std::move(configuration), process);
  for (Startable* plugin : plugins.configuration_->with<Startable>()) {
    const Result<void> started = attempt([plugin] { plugin->start(); });
    if (!started) return started.error();
    plugins.started_.push_back(plugin);
  }
  plugins.begun_ = process.clock.now();
  return plugins;
}

Result<bool> RunningPlugins::prepared() {
  const Duration waited = process_->clock.now() - begun_;
  const Result<void> asked = attempt([this, waited] {
    std::erase_if(preparing_, [waited](Prepares* plugin) { return plugin->prepared(waited); });
  });
  if (!asked) return asked.error();
  return preparing_.empty();
}

Result<void> RunningPlugins::listening(const std::vector<std::uint16_t>& ports) const {
  return attempt([this, &ports] {
    for (Listening* plugin : configuration_->with<Listening>()) plugin->listening(ports);
  });
}

Duration RunningPlugins::say_farewell(Stopped& stopped) const {
  Duration longest{};
  for (Farewell* plugin : configuration_->with<Farewell>()) {
    const Result<void> said =
        attempt([plugin, &longest] { longest = std::max(longest, plugin->farewell()); });
    if (said) continue;
    process_->log.error("shutdown: {}", said.error().text);
    stopped = Stopped::with_errors;
  }
  return longest;
}

Stopped RunningPlugins::stop() {
  Stopped stopped = Stopped::cleanly;
  while (!started_.empty()) {
    Startable* plugin = started_.back();
    started_.pop_back();
    const Result<void> done = attempt([plugin] { plugin->stop(); });
    if (done) continue;
    process_->log.error("shutdown: {}", done.error().text);
    stopped = Stopped::with_errors;
  }
  return stopped;
}

}  // namespace catena::server
