// SPDX-License-Identifier: Apache-2.0
#include "core/server/listeners.hpp"

#include "core/base/host_port.hpp"
#include "core/net/addresses.hpp"
#include "core/plugin/server_tls.hpp"
#include "core/server/meters.hpp"
#include "core/server/tls_side.hpp"

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
  return fmt::format("{}://{}", config::to_string(key.scheme),
                     join_host_port(key.address, key.port));
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

// The first one of a block that is of this listener.
const config::Key& key_of(const Listener& listener, const Block& block) {
  return *std::ranges::find_if(block.keys,
                               [&](const config::Key& key) { return answers(listener, key); });
}

void report(const Listener& listener,
            const Disagreement& disagreement,
            config::Diagnostics& diagnostics) {
  const config::Key& one = key_of(listener, *listener.blocks[disagreement.one]);
  const config::Key& other = key_of(listener, *listener.blocks[disagreement.other]);
  diagnostics.error(
      other.position, {},
      fmt::format("conflicting TLS configuration for shared listener {} between zones \"{}\" and "
                  "\"{}\": {}",
                  listener.label, one.zone, other.zone, disagreement.why));
}

// Without a certificate it is plain text, as in CoreDNS.
void add_tls(Listener& listener,
             const std::vector<const ListenerSettings*>& settings,
             metrics::Registry& registry,
             config::Diagnostics& diagnostics) {
  std::optional<Disagreement> disagreement;
  const auto tls = of_listener<ServerTls>(settings, disagreement);
  if (disagreement) return report(listener, *disagreement, diagnostics);
  if (tls.context) {
    listener.tls = std::make_shared<TlsListener>(
        TlsListener{tls.context, TlsMeters(registry, listener.label)});
  } else if (!settings.front()->find<ServerTls>()) {
    diagnostics.warn(
        key_of(listener, *listener.blocks.front()).position, {},
        fmt::format("{} is plain TCP: it has no plugin tls (expected one)", listener.label));
  }
}

// Connections to one port, plain ones and those of TLS, come to the same sockets: their first byte
// tells which they are. Ports that are free (0) are two.
void join_on_one_port(Configuration& configuration) {
  for (const auto& listener : configuration.listeners) {
    if (!listener->tls || listener->key.port == 0) continue;
    const ListenerKey plain{config::Scheme::dns, listener->key.address, listener->key.port};
    for (const auto& other : configuration.listeners) {
      if (other->key != plain) continue;
      other->encrypted = listener.get();
      listener->has_sockets = false;
    }
  }
}

void add_blocks(Listener& listener, const Configuration& configuration) {
  for (const auto& block : configuration.blocks) {
    const std::vector<ListenerKey> listeners = listeners_of(*block);
    if (std::ranges::find(listeners, listener.key) != listeners.end()) add_block(listener, *block);
  }
}

// What its blocks say together.
void add_settings(Listener& listener,
                  metrics::Registry& registry,
                  config::Diagnostics& diagnostics) {
  const std::vector<const ListenerSettings*> settings = settings_of(listener.blocks);
  listener.timeouts = timeouts_of(of_listener<ConnectionTimes>(settings));
  listener.pairs = of_listener<SocketCount>(settings).count;
  listener.debug = of_listener<Debugging>(settings).on;
  const bool encrypted = listener.key.scheme == config::Scheme::tls;
  if (encrypted) add_tls(listener, settings, registry, diagnostics);
  for (const Block* block : listener.blocks) {
    for (SharesListener* one : block->chain.with<SharesListener>()) {
      one->shares(listener.number, settings);
    }
  }
}

}  // namespace

bool Configuration::debug() const {
  return std::any_of(blocks.begin(), blocks.end(), [](const std::unique_ptr<Block>& block) {
    return block->settings.value<Debugging>().on;
  });
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
    const bool view = !block->filters.empty();
    const auto filtered = view ? config::Filtered::yes : config::Filtered::no;
    for (const config::Key& key : block->keys) {
      for (const std::string& address : addresses_of(*block)) {
        bound.push_back({key, address, filtered});
      }
    }
  }
  config::check_overlaps(bound, diagnostics);
}

void make_listeners(Configuration& configuration,
                    metrics::Registry& registry,
                    config::Diagnostics& diagnostics) {
  for (const ListenerKey& key : listeners_of(configuration)) {
    auto listener = std::make_unique<Listener>();
    listener->number = static_cast<std::uint16_t>(configuration.listeners.size());
    listener->key = key;
    listener->label = label_of(key);
    listener->dropped = std::make_shared<Dropped>(registry, listener->label);
    listener->configuration = &configuration;
    add_blocks(*listener, configuration);
    add_settings(*listener, registry, diagnostics);
    configuration.listeners.push_back(std::move(listener));
  }
  join_on_one_port(configuration);
}

}  // namespace catena::server
