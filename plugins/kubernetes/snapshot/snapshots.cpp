// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/snapshot/snapshots.hpp"

#include "plugins/kubernetes/snapshot/disk.hpp"
#include "plugins/kubernetes/snapshot/restore.hpp"

#include <fmt/chrono.h>

#include <utility>

namespace catena::kubernetes::snapshot {
namespace {

std::string text_of(WallTime time) {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(
                                                  time_point_cast<std::chrono::seconds>(time))));
}

}  // namespace

Snapshots::Snapshots(Config config, Parts parts, const WriterContext& context)
    : config_(std::move(config)),
      parts_(std::move(parts)),
      context_(&context),
      saver_(config_.path, context.log, context.metrics),
      served_age_(context.metrics.sampled(
          "catena_kubernetes_snapshot_age_seconds",
          "Age of the snapshot that names are answered from; 0 where the cluster itself is known.",
          metrics::SampledType::gauge,
          {{"file", config_.path}},
          [this] { return age_of(served_from()); })),
      written_age_(
          context.metrics.sampled("catena_kubernetes_snapshot_written_age_seconds",
                                  "Age of the last snapshot that was written; 0 before the first.",
                                  metrics::SampledType::gauge,
                                  {{"file", config_.path}},
                                  [this] { return age_of(saver_.written()); })) {
  for (const auto& [kind, source] : parts_.sources) source->keep_images();
}

void Snapshots::start() {
  load();
  saver_.start();
}

void Snapshots::load() {
  const Log& log = context_->log;
  const auto file = read_file(config_.path);
  if (!file) return log.warning("the snapshot is not used: {}", file.error().text);
  if (file->missing) return log.info("no snapshot in {} yet", config_.path);
  const auto restored = restore(file->bytes, config_.key, parts_.sinks);
  if (!restored) {
    return log.warning("the snapshot {} is not used: it {}", config_.path, restored.error().text);
  }
  restored_time_ = restored->time;
  restored_.store(true, std::memory_order_release);
  log.info("serving {} services from a snapshot of {}", restored->services,
           text_of(restored->time));
}

std::optional<WallTime> Snapshots::served_from() const {
  if (context_->store.synced() || !restored_.load(std::memory_order_acquire)) return std::nullopt;
  return restored_time_;
}

void Snapshots::tick() {
  if (!context_->store.synced()) return;
  if (restored_.load(std::memory_order_relaxed) && !std::exchange(live_said_, true)) {
    context_->log.info("the cluster's own state has taken the place of the snapshot");
  }
  if (!saver_.busy()) save();
}

// A state that is not whole must not take the place of one that is.
void Snapshots::finish() {
  if (context_->store.synced()) save();
  saver_.finish();
}

void Snapshots::save() {
  const std::uint64_t now = changes();
  if (saver_.saved() != now) saver_.save(collect(), now);
}

std::uint64_t Snapshots::changes() const {
  std::uint64_t changes = 0;
  for (const auto& [kind, source] : parts_.sources) changes += source->image_changes();
  return changes;
}

Contents Snapshots::collect() const {
  Contents contents{context_->clock.wall(), config_.key, {}};
  for (const auto& [kind, source] : parts_.sources) {
    contents.sections.push_back({kind, source->images()});
  }
  return contents;
}

double Snapshots::age_of(const std::optional<WallTime>& time) const {
  if (!time) return 0;
  return std::chrono::duration<double>(context_->clock.wall() - *time).count();
}

}  // namespace catena::kubernetes::snapshot
