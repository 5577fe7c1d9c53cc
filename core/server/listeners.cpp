// SPDX-License-Identifier: Apache-2.0
#include "core/server/listeners.hpp"

#include "core/net/addresses.hpp"
#include "core/server/meters.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace catena::server {
namespace {

std::vector<std::string> addresses_of(const Block& block) {
  const Binding* binding = block.settings.find<Binding>();
  return binding != nullptr ? binding->addresses : std::vector<std::string>{std::string()};
}

template <class T>
void add_new(std::vector<T>& all, const T& one) {
  if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
}

// Each once, in the order of the keys.
std::vector<ListenerKey> listeners_of(const Block& block) {
  std::vector<ListenerKey> listeners;
  for (const config::Key& key : block.keys) {
    for (const std::string& address : addresses_of(block)) {
      add_new(listeners, {key.scheme, address, key.port});
    }
  }
  return listeners;
}

std::vector<ListenerKey> listeners_of(const Configuration& configuration) {
  std::vector<ListenerKey> all;
  for (const auto& block : configuration.blocks) {
    for (const ListenerKey& listener : listeners_of(*block)) add_new(all, listener);
  }
  return all;
}

std::string label_of(const ListenerKey& key) {
  return fmt::format("{}://{}", config::to_string(key.scheme), net::to_text(key.address, key.port));
}

std::vector<const ListenerSettings*> settings_of(const std::vector<const Block*>& blocks) {
  std::vector<const ListenerSettings*> all;
  for (const Block* block : blocks) all.push_back(&block->settings);
  return all;
}

Timeouts timeouts_of(const ConnectionTimes& said) {
  const Timeouts usual;
  return {said.read.value_or(usual.read), said.idle.value_or(usual.idle),
          said.write.value_or(usual.write), said.max_queries.value_or(usual.max_queries)};
}

void add_block(Listener& listener, const Block& block) {
  listener.blocks.push_back(&block);
  listener.opcodes.add(block.opcodes);
  if (block.classes == Classes::every) listener.classes = Classes::every;
  std::vector<dns::Name> zones;
  for (const config::Key& key : block.keys) {
    if (!answers(listener, key)) continue;
    const auto zone = dns::Name::parse(key.zone);
    if (!zone || std::find(zones.begin(), zones.end(), *zone) != zones.end()) continue;
    zones.push_back(*zone);
    listener.router.add(dns::Name(*zone).fold(), block);
  }
}

void add_blocks(Listener& listener, const Configuration& configuration) {
  for (const auto& block : configuration.blocks) {
    const std::vector<ListenerKey> listeners = listeners_of(*block);
    if (std::ranges::find(listeners, listener.key) != listeners.end()) add_block(listener, *block);
  }
  const std::vector<const ListenerSettings*> settings = settings_of(listener.blocks);
  listener.timeouts = timeouts_of(of_listener<ConnectionTimes>(settings));
  listener.pairs = of_listener<SocketCount>(settings).count;
  listener.debug = of_listener<Debugging>(settings).on;
  for (const Block* block : listener.blocks) {
    for (SharesListener* one : block->chain.with<SharesListener>()) {
      one->shares(listener.number, settings);
    }
  }
}

}  // namespace

bool Configuration::debug() const {
  return std::any_of(blocks.begin(), blocks.end(),
                     [](const auto& block) { return block->settings.template value<Debugging>().on; });
}

std::optional<std::uint64_t> Configuration::memory() const {
  std::optional<std::uint64_t> least;
  for (const auto& block : blocks) {
    const MemoryLimit* limit = block->settings.find<MemoryLimit>();
    if (limit != nullptr) least = std::min(least.value_or(limit->bytes), limit->bytes);
  }
  return least;
}

const Listener* Configuration::find(const ListenerKey& key) const {
  for (const auto& listener : listeners) {
    if (listener->key == key) return listener.get();
  }
  return nullptr;
}

bool answers(const Listener& listener, const config::Key& key) {
  return key.scheme == listener.key.scheme && key.port == listener.key.port;
}

std::vector<ServerLabel> labels_of(const Configuration& configuration, const Block& block) {
  const std::vector<ListenerKey> all = listeners_of(configuration);
  std::vector<ServerLabel> labels;
  for (const ListenerKey& key : listeners_of(block)) {
    const auto number = std::find(all.begin(), all.end(), key) - all.begin();
    labels.push_back({static_cast<std::uint16_t>(number), label_of(key)});
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
  for (const ListenerKey& key : listeners_of(configuration)) {
    auto listener = std::make_unique<Listener>();
    listener->number = static_cast<std::uint16_t>(configuration.listeners.size());
    listener->key = key;
    listener->label = label_of(key);
    listener->dropped = std::make_shared<Dropped>(registry, listener->label);
    listener->configuration = &configuration;
    add_blocks(*listener, configuration);
    configuration.listeners.push_back(std::move(listener));
  }
}

}  // namespace catena::server
