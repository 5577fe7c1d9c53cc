// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/snapshot/saver.hpp"

#include "plugins/kubernetes/snapshot/disk.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>
#include <utility>

namespace catena::kubernetes::snapshot {
namespace {

constexpr int kLeastUrgent = 19;

// On Linux each thread has a priority of its own. It is a matter of manners: where it cannot be
// set, all works as well.
void give_way() {
  pthread_setname_np(pthread_self(), "kubernetes-disk");
  static_cast<void>(setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kLeastUrgent));
}

}  // namespace

Saver::Saver(std::string path, Log log, metrics::Registry& metrics)
    : path_(std::move(path)),
      log_(std::move(log)),
      failures_(metrics.counter("catena_kubernetes_snapshot_write_failures_total",
                                "Snapshots of the cluster that could not be written.",
                                {{"file", path_}})) {}

Saver::~Saver() { finish(); }

void Saver::start() {
  finishing_ = false;
  thread_ = std::thread(&Saver::run, this);
}

void Saver::save(Contents contents, std::uint64_t change) {
  const std::lock_guard lock(mutex_);
  job_ = Job{std::move(contents), change};
  busy_.store(true, std::memory_order_release);
  changed_.notify_one();
}

std::optional<std::uint64_t> Saver::saved() const {
  const std::lock_guard lock(mutex_);
  return saved_;
}

std::optional<WallTime> Saver::written() const {
  const std::lock_guard lock(mutex_);
  return written_;
}

void Saver::finish() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    finishing_ = true;
    changed_.notify_one();
  }
  thread_.join();
}

void Saver::run() {
  give_way();
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return job_ || finishing_; });
    if (!job_) return;
    const Job job = std::move(*std::exchange(job_, std::nullopt));
    lock.unlock();
    write(job);
    lock.lock();
    if (!job_) busy_.store(false, std::memory_order_release);
  }
}

void Saver::write(const Job& job) {
  if (const auto written = write_file(job.contents); !written) {
    failures_.add(Lane::shared);
    if (written.error().text == said_) return;
    said_ = written.error().text;
    return log_.warning("the snapshot is not kept up to date: {}", said_);
  }
  if (!said_.empty()) log_.info("the snapshot {} is kept up to date again", path_);
  said_.clear();
  const std::lock_guard lock(mutex_);
  saved_ = job.change;
  written_ = job.contents.time;
}

Result<void> Saver::write_file(const Contents& contents) {
  auto file = NewFile::create(path_);
  if (!file) return file.error();
  Result<void> appended;
  const bool whole = serialise(contents, [&](std::string_view bytes) {
    appended = file->append(bytes);
    return appended.has_value();
  });
  return whole ? file->commit() : appended;
}

}  // namespace catena::kubernetes::snapshot
