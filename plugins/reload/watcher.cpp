// SPDX-License-Identifier: Apache-2.0
#include "plugins/reload/watcher.hpp"

#include <algorithm>

namespace catena::reload {

Duration draw_period(const Schedule& schedule, Random& random) {
  constexpr std::uint32_t kSteps = 1'000'000;
  const auto part = schedule.jitter / kSteps * random.below(kSteps + 1);
  return schedule.interval - schedule.jitter / 2 + part;
}

Watcher::Watcher(Control& control, const Log& log, metrics::Registry& registry)
    : control_(control),
      log_(log),
      registry_(registry),
      failures_(registry.counter("coredns_reload_failed_total",
                                 "Counter of the number of failed reload attempts.")) {}

Watcher::~Watcher() {
  if (thread_.joinable()) thread_.join();
}

void Watcher::begin(const void* user, const Schedule& schedule) {
  const std::lock_guard lock(mutex_);
  users_.push_back({user, schedule});
  ++generation_;
  changed_.notify_all();
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
}

void Watcher::end(const void* user) {
  bool last = false;
  {
    const std::lock_guard lock(mutex_);
    std::erase_if(users_, [user](const User& one) { return one.who == user; });
    ++generation_;
    last = users_.empty();
    changed_.notify_all();
  }
  if (last) thread_.join();
}

void Watcher::announce(const void* user) {
  {
    const std::lock_guard lock(mutex_);
    if (users_.empty() || users_.back().who != user) return;
  }
  log_.info("Running configuration SHA512 = {}", control_.running());
}

void Watcher::run() {
  std::unique_lock lock(mutex_);
  while (!users_.empty()) {
    const std::uint64_t generation = generation_;
    const Duration period = draw_period(users_.back().schedule, random_);
    const auto other = [&] { return generation_ != generation; };
    while (!changed_.wait_for(lock, period, other)) {
      lock.unlock();
      look();
      lock.lock();
    }
  }
}

bool Watcher::look() {
  const std::optional<std::string> found = control_.on_disk();
  // A file that cannot be read is being replaced, or a volume is away: it will be back.
  if (!found || !is_new(*found)) return false;
  control_.reload([self = shared_from_this(), attempted = *found](const Result<void>& result) {
    self->finished(attempted, result);
  });
  return true;
}

// What failed is new again once the Corefile has been right meanwhile.
bool Watcher::is_new(const std::string& found) {
  const bool runs = found == control_.running();
  const std::lock_guard lock(mutex_);
  if (reloading_) return false;
  if (runs) failed_.clear();
  if (runs || found == failed_) return false;
  reloading_ = true;
  return true;
}

void Watcher::finished(const std::string& attempted, const Result<void>& result) {
  if (!result) {
    log_.error("Corefile changed but reload failed: {}", result.error().text);
    failures_.add(Lane::shared);
  }
  metrics::Sampled info = registry_.sampled(
      "coredns_reload_version_info",
      "The configuration that was loaded or tried last, by its hash.", metrics::SampledType::gauge,
      {{"hash", "sha512"}, {"value", attempted}}, [] { return 1.0; });
  const std::lock_guard lock(mutex_);
  reloading_ = false;
  failed_ = result ? std::string() : attempted;
  attempted_ = std::move(info);
}

}  // namespace catena::reload
