// SPDX-License-Identifier: Apache-2.0
#include "core/server/listeners.hpp"

#include "core/server/meters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace catena::server {
namespace {

struct Place {
  std::string address;
  std::uint16_t port;
  bool operator==(const Place&) const = default;
};

std::vector<std::string> addresses_of(const Block& block) {
  const ListenerSettings& settings = block.settings;
  if (settings.bind.empty() && !settings.bind_given) return {std::string()};
  return settings.bind;
}

// Each once, in the order of the keys.
std::vector<Place> places_of(const Block& block) {
  std::vector<Place> places;
  for (const config::Key& key : block.keys) {
    for (const std::string& address : addresses_of(block)) {
      const Place place{address, key.port};
      if (std::find(places.begin(), places.end(), place) == places.end()) places.push_back(place);
    }
  }
  return places;
}

std::vector<Place> places_of(const Configuration& configuration) {
  std::vector<Place> all;
  for (const auto& block : configuration.blocks) {
    for (const Place& place : places_of(*block)) {
      if (std::find(all.begin(), all.end(), place) == all.end()) all.push_back(place);
    }
  }
  return all;
}

std::string label_of(const Place& place) {
  const bool v6 = place.address.find(':') != std::string::npos;
  return fmt::format("dns://{}{}{}:{}", v6 ? "[" : "", place.address, v6 ? "]" : "", place.port);
}

// The last block that says something is right, as in CoreDNS.
void add_settings(Listener& listener, const ListenerSettings& block) {
  Timeouts& timeouts = listener.timeouts;
  timeouts.read = block.read_timeout.value_or(timeouts.read);
  timeouts.idle = block.idle_timeout.value_or(timeouts.idle);
  timeouts.write = block.write_timeout.value_or(timeouts.write);
  timeouts.max_queries = block.max_tcp_queries.value_or(timeouts.max_queries);
  listener.debug = listener.debug || block.debug;
}

void add_block(Listener& listener, const Block& block) {
  listener.blocks.push_back(&block);
  listener.opcodes.add(block.opcodes);
  if (block.classes == Classes::every) listener.classes = Classes::every;
  add_settings(listener, block.settings);
  std::vector<dns::Name> zones;
  for (const config::Key& key : block.keys) {
    if (key.port != listener.port) continue;
    const auto zone = dns::Name::parse(key.zone);
    if (!zone || std::find(zones.begin(), zones.end(), *zone) != zones.end()) continue;
    zones.push_back(*zone);
    listener.router.add(dns::Name(*zone).fold(), block);
  }
}

}  // namespace

bool Configuration::debug() const {
  return std::any_of(blocks.begin(), blocks.end(),
                     [](const auto& block) { return block->settings.debug; });
}

std::optional<std::uint64_t> Configuration::memory() const {
  std::optional<std::uint64_t> least;
  for (const auto& block : blocks) {
    const std::uint64_t said = block->settings.memory;
    if (said != 0) least = std::min(least.value_or(said), said);
  }
  return least;
}

const Listener* Configuration::find(const std::string& address, std::uint16_t port) const {
  for (const auto& listener : listeners) {
    if (listener->address == address && listener->port == port) return listener.get();
  }
  return nullptr;
}

std::vector<ServerLabel> labels_of(const Configuration& configuration, const Block& block) {
  const std::vector<Place> all = places_of(configuration);
  std::vector<ServerLabel> labels;
  for (const Place& place : places_of(block)) {
    const auto number = std::find(all.begin(), all.end(), place) - all.begin();
    labels.push_back({static_cast<std::uint16_t>(number), label_of(place)});
  }
  return labels;
}

void check_keys(const Configuration& configuration, config::Diagnostics& diagnostics) {
  std::vector<config::BoundKey> bound;
  for (const auto& block : configuration.blocks) {
    // A plugin that is missing, view for one, might tell its keys from those of other blocks.
    const bool may_share = !block->filters.empty() || !block->whole;
    const auto filtered = may_share ? config::Filtered::yes : config::Filtered::no;
    for (const config::Key& key : block->keys) {
      for (const std::string& address : addresses_of(*block)) {
        bound.push_back({key, address, filtered});
      }
    }
  }
  config::check_overlaps(bound, diagnostics);
}

void make_listeners(Configuration& configuration, metrics::Registry& registry) {
  const std::vector<Place> all = places_of(configuration);
  for (const Place& place : all) {
    auto listener = std::make_unique<Listener>();
    listener->number = static_cast<std::uint16_t>(configuration.listeners.size());
    listener->address = place.address;
    listener->port = place.port;
    listener->label = label_of(place);
    listener->dropped = std::make_shared<Dropped>(registry, listener->label);
    listener->configuration = &configuration;
    for (const auto& block : configuration.blocks) {
      const std::vector<Place> places = places_of(*block);
      if (std::find(places.begin(), places.end(), place) != places.end()) {
        add_block(*listener, *block);
      }
    }
    configuration.listeners.push_back(std::move(listener));
  }
}

}  // namespace catena::server
