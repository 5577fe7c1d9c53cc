// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/lane.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace catena::metrics {

/// Label names with their values, in the order they are printed.
using Labels = std::vector<std::pair<std::string, std::string>>;

/// One cache line per lane, so that workers never write to the same line.
struct alignas(64) Cell {
  std::atomic<std::uint64_t> value{0};

  /// Lanes other than the shared one have a single writer, for which a plain load and store do.
  void add(Lane lane, std::uint64_t by) {
    if (lane == Lane::shared) {
      value.fetch_add(by, std::memory_order_relaxed);
    } else {
      value.store(value.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
    }
  }
};

/// Only grows. Any thread may read it; each worker adds with its own lane.
class Counter {
 public:
  explicit Counter(std::size_t lanes) : cells_(lanes) {}
  void add(Lane lane, std::uint64_t by = 1) { cells_[index(lane)].add(lane, by); }
  std::uint64_t value() const;

 private:
  std::vector<Cell> cells_;
};

/// A value that is set. Any thread.
class Gauge {
 public:
  void set(double value) { value_.store(value, std::memory_order_relaxed); }
  void add(double by) { value_.fetch_add(by, std::memory_order_relaxed); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

/// Counts observations below each upper bound. Bounds are ascending, without the infinite one.
class Histogram {
 public:
  Histogram(std::size_t lanes, std::span<const double> bounds);
  void observe(Lane lane, double value);

  struct Snapshot {
    std::vector<std::uint64_t> counts;  ///< Per bucket, not cumulated; the last one is +Inf.
    double sum = 0;
  };
  Snapshot snapshot() const;
  std::span<const double> bounds() const { return bounds_; }

 private:
  struct Column;
  std::vector<double> bounds_;
  std::vector<std::unique_ptr<Column>> columns_;

 public:
  ~Histogram();
};

/// 0.25 ms, doubling, to 8.192 s (core.md 14.11).
std::span<const double> time_buckets();
/// 0.00025, 0.0025, 0.025, 0.25, 2.5 s.
std::span<const double> slim_time_buckets();
/// Bytes: 0 100 200 300 400 511 1023 2047 4095 8291 16000 32000 48000 64000.
std::span<const double> size_buckets();

/// All metrics of the process by name and labels. A metric that is asked for again with the same
/// name and labels is the same object, so counters live through a reload. References stay valid as
/// long as the registry. Any thread; asking takes a lock, so plugins ask at setup, never per query.
class Registry {
 public:
  /// `lanes`: workers plus one.
  explicit Registry(std::size_t lanes);
  ~Registry();

  Counter& counter(std::string_view name, std::string_view help, Labels labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, Labels labels = {});
  Histogram& histogram(std::string_view name,
                       std::string_view help,
                       std::span<const double> bounds,
                       Labels labels = {});

  std::size_t lanes() const { return lanes_; }

  /// Prometheus text format 0.0.4, families sorted by name.
  std::string text() const;

 private:
  struct Family;
  Family& family(std::string_view name, std::string_view help, std::string_view type);

  std::size_t lanes_;
  mutable std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Family>, std::less<>> families_;
};

}  // namespace catena::metrics
