// SPDX-License-Identifier: Apache-2.0
#include "core/base/metrics.hpp"

#include <fmt/format.h>

#include <array>
#include <stdexcept>

namespace catena::metrics {
namespace {

std::string braces(const std::string& labels) { return labels.empty() ? "" : "{" + labels + "}"; }

}  // namespace

std::uint64_t Counter::value() const {
  std::uint64_t sum = 0;
  for (const Cell& cell : cells_) sum += cell.value.load(std::memory_order_relaxed);
  return sum;
}

namespace {

/// Eight cells of one lane.
struct alignas(64) Line {
  std::array<std::atomic<std::uint64_t>, 8> cells{};
};

}  // namespace

/// What one lane saw; it shares no cache line with another.
struct alignas(64) Histogram::Column {
  explicit Column(std::size_t buckets) : lines(buckets / 8 + 1) {}
  std::atomic<std::uint64_t>& count(std::size_t bucket) {
    return lines[bucket / 8].cells[bucket % 8];
  }

  std::vector<Line> lines;
  std::atomic<double> sum{0};
};

Histogram::Histogram(std::size_t lanes, std::span<const double> bounds)
    : bounds_(bounds.begin(), bounds.end()) {
  for (std::size_t i = 0; i < lanes; ++i) {
    columns_.push_back(std::make_unique<Column>(bounds_.size() + 1));
  }
}

Histogram::~Histogram() = default;

void Histogram::observe(Lane lane, double value) {
  std::size_t bucket = 0;
  while (bucket < bounds_.size() && value > bounds_[bucket]) ++bucket;
  Column& column = *columns_[index(lane)];
  add_on(lane, column.count(bucket), std::uint64_t{1});
  add_on(lane, column.sum, value);
}

Histogram::Snapshot Histogram::snapshot() const {
  Snapshot snapshot;
  snapshot.counts.resize(bounds_.size() + 1);
  for (const auto& column : columns_) {
    for (std::size_t i = 0; i < snapshot.counts.size(); ++i) {
      snapshot.counts[i] += column->count(i).load(std::memory_order_relaxed);
    }
    snapshot.sum += column->sum.load(std::memory_order_relaxed);
  }
  return snapshot;
}

std::span<const double> time_buckets() {
  static constexpr std::array<double, 16> kBounds = [] {
    std::array<double, 16> bounds{};
    double bound = 0.00025;
    for (double& b : bounds) b = bound, bound *= 2;
    return bounds;
  }();
  return kBounds;
}

std::span<const double> slim_time_buckets() {
  static constexpr std::array<double, 5> kBounds{0.00025, 0.0025, 0.025, 0.25, 2.5};
  return kBounds;
}

std::span<const double> size_buckets() {
  static constexpr std::array<double, 14> kBounds{0,    100,  200,  300,   400,   511,   1023,
                                                  2047, 4095, 8291, 16000, 32000, 48000, 64000};
  return kBounds;
}

struct Registry::Family {
  std::string help;
  std::string type;
  std::map<std::string, std::unique_ptr<Counter>> counters = {};
  std::map<std::string, std::unique_ptr<Gauge>> gauges = {};
  std::map<std::string, std::unique_ptr<Histogram>> histograms = {};
  // By labels, then by number: the newest is the last.
  std::map<std::string, std::map<std::uint64_t, std::function<double()>>> sampled = {};

  bool empty() const {
    return counters.empty() && gauges.empty() && histograms.empty() && sampled.empty();
  }
  void print(std::string& out, const std::string& name) const;
};

Registry::Registry(std::size_t lanes) : lanes_(lanes) {}
Registry::~Registry() = default;

Registry::Family& Registry::family(std::string_view name,
                                   std::string_view help,
                                   std::string_view type) {
  auto found = families_.find(name);
  if (found == families_.end()) {
    auto made = std::make_unique<Family>(Family{std::string(help), std::string(type)});
    found = families_.emplace(std::string(name), std::move(made)).first;
  }
  if (found->second->type != type) {
    throw std::logic_error(
        fmt::format("metric {} is both {} and {}", name, found->second->type, type));
  }
  return *found->second;
}

Counter& Registry::counter(std::string_view name, std::string_view help, Labels labels) {
  const std::lock_guard lock(mutex_);
  auto& slot = family(name, help, "counter").counters[label_text(std::move(labels))];
  if (!slot) slot = std::make_unique<Counter>(lanes_);
  return *slot;
}

Gauge& Registry::gauge(std::string_view name, std::string_view help, Labels labels) {
  const std::lock_guard lock(mutex_);
  auto& slot = family(name, help, "gauge").gauges[label_text(std::move(labels))];
  if (!slot) slot = std::make_unique<Gauge>();
  return *slot;
}

Histogram& Registry::histogram(std::string_view name,
                               std::string_view help,
                               std::span<const double> bounds,
                               Labels labels) {
  const std::lock_guard lock(mutex_);
  auto& slot = family(name, help, "histogram").histograms[label_text(std::move(labels))];
  if (!slot) slot = std::make_unique<Histogram>(lanes_, bounds);
  return *slot;
}

Sampled Registry::sampled(std::string_view name,
                          std::string_view help,
                          SampledType type,
                          Labels labels,
                          std::function<double()> value) {
  const std::lock_guard lock(mutex_);
  const bool counter = type == SampledType::counter;
  std::string text = label_text(std::move(labels));
  auto& values = family(name, help, counter ? "counter" : "gauge").sampled[text];
  values.emplace(++last_number_, std::move(value));
  return {*this, std::string(name), std::move(text), last_number_};
}

void Registry::forget(const Sampled& sampled) {
  const std::lock_guard lock(mutex_);
  auto& all = families_.find(sampled.name_)->second->sampled;
  const auto found = all.find(sampled.labels_);
  found->second.erase(sampled.number_);
  if (found->second.empty()) all.erase(found);
}

Sampled::Sampled(Sampled&& other) noexcept { *this = std::move(other); }

Sampled& Sampled::operator=(Sampled&& other) noexcept {
  std::swap(registry_, other.registry_);
  std::swap(name_, other.name_);
  std::swap(labels_, other.labels_);
  std::swap(number_, other.number_);
  return *this;
}

Sampled::~Sampled() {
  if (registry_ != nullptr) registry_->forget(*this);
}

namespace {

void print_histogram(std::string& out,
                     const std::string& name,
                     const std::string& labels,
                     const Histogram& histogram) {
  const Histogram::Snapshot snapshot = histogram.snapshot();
  const std::string comma = labels.empty() ? "" : labels + ",";
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < snapshot.counts.size(); ++i) {
    total += snapshot.counts[i];
    const bool last = i == histogram.bounds().size();
    const std::string bound = last ? "+Inf" : number_text(histogram.bounds()[i]);
    out += fmt::format("{}_bucket{{{}le=\"{}\"}} {}\n", name, comma, bound, total);
  }
  out += fmt::format("{}_sum{} {}\n", name, braces(labels), number_text(snapshot.sum));
  out += fmt::format("{}_count{} {}\n", name, braces(labels), total);
}

}  // namespace

void Registry::Family::print(std::string& out, const std::string& name) const {
  if (empty()) return;
  out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help_text(help), name, type);
  for (const auto& [labels, counter] : counters) {
    out += fmt::format("{}{} {}\n", name, braces(labels), counter->value());
  }
  for (const auto& [labels, gauge] : gauges) {
    out += fmt::format("{}{} {}\n", name, braces(labels), number_text(gauge->value()));
  }
  for (const auto& [labels, values] : sampled) {
    out += fmt::format("{}{} {}\n", name, braces(labels), number_text(values.rbegin()->second()));
  }
  for (const auto& [labels, histogram] : histograms) print_histogram(out, name, labels, *histogram);
}

std::string Registry::text() const {
  const std::lock_guard lock(mutex_);
  std::string out;
  for (const auto& [name, family] : families_) family->print(out, name);
  return out;
}

}  // namespace catena::metrics
