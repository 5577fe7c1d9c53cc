// SPDX-License-Identifier: Apache-2.0
#include "test/kubernetes/world.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <set>

namespace catena::following {
namespace {

namespace api = kubernetes::api;
using kubernetes::ServiceEntry;
using kubernetes::ServiceState;

constexpr std::size_t kHotLoop = 10'000;

}  // namespace

World::World(Encoding encoding) : network_(store_.clock(), encoding) {
  // Back-off as long as it gets.
  network_.fraction = [] { return 0.999; };
  api::ApiClient::Config config;
  config.server = *api::from_endpoint("api.test", {});
  api::Sinks sinks;
  sinks.services = &store_.services();
  sinks.slices = &store_.slices();
  auto made = api::ApiClient::make(std::move(config), sinks, network_.make_loop(),
                                   store_.context().log, store_.metrics(), store_.clock());
  client_ = std::move(*made);
  client_->start();
}

void World::run(Duration time) {
  ManualClock& clock = store_.clock();
  const TimePoint over = clock.now() + time;
  std::size_t steps = 0;
  while (true) {
    for (std::size_t more = 1; more != 0; steps += more) {
      more = network_.turn();
      if (steps > kHotLoop) FAIL("a hot loop: " + log());
    }
    const TimePoint next = std::min(over, network_.next());
    clock.advance(next - clock.now());
    if (next == over) return;
  }
}

std::string World::log() { return fmt::format("{}", fmt::join(store_.lines(), "\n")); }

std::string World::known() {
  std::map<std::string, std::string> lines;
  store_.store().services.each([&lines](const ServiceEntry& entry) {
    const std::string name(kubernetes::first_label(entry.key()));
    const std::string space(kubernetes::first_label(entry.namespace_key()));
    const ServiceState& state = *entry.state();
    std::set<std::string> endpoints;
    for (const kubernetes::Slice* slice : state.slices) {
      slice->each([&](std::span<const std::uint8_t> ip, std::string_view, std::string_view) {
        endpoints.insert(address_text(kubernetes::Address::of(ip)));
      });
    }
    const bool has_ip = state.spec && !state.spec->cluster_ips.empty();
    const std::string ip = has_ip ? address_text(state.spec->cluster_ips.front()) : "?";
    lines[space + "/" + name] = line_of(name, ip, endpoints);
  });
  std::string text;
  for (const auto& [key, each] : lines) text += each;
  return text;
}

}  // namespace catena::following
