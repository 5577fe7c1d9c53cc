// SPDX-License-Identifier: Apache-2.0
#include "core/server/memory_watch.hpp"

#include "core/base/trimmer.hpp"

#include <memory>
#include <utility>

namespace catena::server {
namespace {

constexpr std::chrono::seconds kBetweenLooks{1};

std::function<void()> trim_after_peaks(std::function<std::size_t()> used) {
  const auto trimmer = std::make_shared<Trimmer>(std::move(used), return_free_memory);
  return [trimmer] { trimmer->look(); };
}

}  // namespace

MemoryWatch::MemoryWatch(Host& host,
                         metrics::Registry& registry,
                         const Budget& budget,
                         std::function<std::size_t()> used)
    : limit_(registry.sampled("catena_memory_limit_bytes",
                              "What clients may make the process hold.",
                              metrics::SampledType::gauge,
                              {},
                              [&budget] { return static_cast<double>(budget.limit()); })),
      used_(registry.sampled("catena_memory_used_bytes",
                             "What clients make the process hold.",
                             metrics::SampledType::gauge,
                             {},
                             [used] { return static_cast<double>(used()); })),
      trimming_(host.ticker(kBetweenLooks, trim_after_peaks(std::move(used)))) {}

}  // namespace catena::server
