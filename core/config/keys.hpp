// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/corefile.hpp"
#include "core/config/diagnostics.hpp"
#include "core/config/zone_name.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace catena::config {

/// One zone that a server block serves, after its key is taken apart.
struct Key {
  Scheme scheme = Scheme::dns;
  std::string zone;  ///< Presentation form, lower-case, fully qualified.
  std::uint16_t port = 0;
  Position position;
  bool assumed = false;  ///< It stands for one that a variable makes, which is not set here.
};

/// "dns://example.org.:53", as plugins and errors show a key.
std::string to_string(const Key& key);

/// The keys of a block in the order that CoreDNS gives them: one for each key of the file, then the
/// further zones of networks that had to be split. `dns_port` is for keys of plain DNS that name no
/// port (-dns.port). Errors go to `diagnostics`, one for each bad key. Elsewhere a key whose
/// variables are not set is what can be read of it, or the root.
std::vector<Key> resolve_keys(const ServerBlock& block,
                              std::uint16_t dns_port,
                              Diagnostics& diagnostics);

/// The zones of keys, each once, in order: what a plugin without zones of its own serves.
std::vector<std::string> zones_of(std::span<const Key> keys);

/// Whether a block's answers are restricted by a view, which may share its key with others.
enum class Filtered : std::uint8_t { no, yes };

/// A key as it is bound: one for each address of `bind`, with an empty address without `bind`.
struct BoundKey {
  Key key;
  std::string address;
  Filtered filtered = Filtered::no;
};

/// "dns://example.org.:53 on 127.0.0.1", without the address when there is none.
std::string to_string(const BoundKey& bound);

/// Reports keys that are defined twice, and keys that are bound to an address here and to all
/// addresses there. Call it with the keys of all blocks, after all plugins are set up.
void check_overlaps(std::span<const BoundKey> bound, Diagnostics& diagnostics);

}  // namespace catena::config
