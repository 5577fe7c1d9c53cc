// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/lane.hpp"
#include "core/base/metrics_text.hpp"

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

/// Lanes other than the shared one have a single writer, for which a plain load and store do.
template <class Value>
void add_on(Lane lane, std::atomic<Value>& target, Value by) {
  if (lane == Lane::shared) {
    target.fetch_add(by, std::memory_order_relaxed);
  } else {
    target.store(target.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }
}

/// One cache line per lane, so that workers never write to the same line.
struct alignas(64) Cell {
  std::atomic<std::uint64_t> value{0};
};

/// Only grows. Any thread may read it; each worker adds with its own lane.
class Counter {
 public:
  explicit Counter(std::size_t lanes) : cells_(lanes) {}
  void add(Lane lane, std::uint64_t by = 1) { add_on(lane, cells_[index(lane)].value, by); }
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

/// 0.25 ms, doubling, to 8.192 s: the bounds of CoreDNS's histograms of time.
std::span<const double> time_buckets();
/// 0.00025, 0.0025, 0.025, 0.25, 2.5 s.
std::span<const double> slim_time_buckets();
/// Bytes: 0 100 200 300 400 511 1023 2047 4095 8291 16000 32000 48000 64000.
std::span<const double> size_buckets();

class Registry;

/// A series whose value is asked for at each scrape; it is there as long as this handle, which must
/// go before the registry. Once the destructor is through nobody asks any more.
class [[nodiscard]] Sampled {
 public:
  Sampled() = default;
  Sampled(Sampled&& other) noexcept;
  Sampled& operator=(Sampled&& other) noexcept;
  ~Sampled();

 private:
  friend class Registry;
  Sampled(Registry& registry, std::string name, std::string labels, std::uint64_t number)
      : registry_(&registry), name_(std::move(name)), labels_(std::move(labels)), number_(number) {}

  Registry* registry_ = nullptr;
  std::string name_;
  std::string labels_;
  std::uint64_t number_ = 0;
};

/// What a sampled series is to Prometheus.
enum class SampledType : std::uint8_t { counter, gauge };

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

  /// `value` is called on the thread of whoever reads the metrics and must not use the registry. Of
  /// several handles for the same series the newest one speaks, so that configurations may overlap.
  Sampled sampled(std::string_view name,
                  std::string_view help,
                  SampledType type,
                  Labels labels,
                  std::function<double()> value);

  std::size_t lanes() const { return lanes_; }

  /// Prometheus text format 0.0.4: families sorted by name, labels too; empty families are left
  /// out.
  std::string text() const;

 private:
  friend class Sampled;
  struct Family;
  void forget(const Sampled& sampled);
  Family& family(std::string_view name, std::string_view help, std::string_view type);

  std::size_t lanes_;
  mutable std::mutex mutex_;
  std::uint64_t last_number_ = 0;  // Of sampled series.
  std::map<std::string, std::unique_ptr<Family>, std::less<>> families_;
};

}  // namespace catena::metrics
