// SPDX-License-Identifier: Apache-2.0
#include "core/config/keys.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace catena::config {

namespace {

// Nothing was said about the port when the key names none: the scheme decides.
std::optional<std::uint16_t> port_of(const ZoneSpec& spec, std::uint16_t dns_port) {
  if (!spec.port) return spec.scheme == Scheme::dns ? dns_port : default_port(spec.scheme);
  if (*spec.port < 0 || *spec.port > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(*spec.port);
}

// A key as far as it can be known.
Key assumed_key(const Word& word, std::uint16_t dns_port) {
  std::string_view text = word.text;
  while (text.ends_with(':')) text.remove_suffix(1);
  std::string ignored;
  const auto spec = parse_zone(text, ignored);
  const auto port = spec ? port_of(*spec, dns_port) : std::nullopt;
  if (!port) return {Scheme::dns, ".", dns_port, word.position, true};
  return {spec->scheme, spec->zones.front(), *port, word.position, true};
}

void resolve_key(const Word& word,
                 std::uint16_t dns_port,
                 std::vector<Key>& first,
                 std::vector<Key>& further,
                 Diagnostics& diagnostics) {
  if (word.unset && diagnostics.elsewhere()) {
    return first.push_back(assumed_key(word, dns_port));
  }
  std::string error;
  const auto spec = parse_zone(word.text, error);
  if (!spec) return diagnostics.error(word.position, "", error);
  const auto port = port_of(*spec, dns_port);
  if (!port) {
    return diagnostics.error(word.position, "",
                             fmt::format("invalid port {} (expected 0 to 65535)", *spec->port));
  }
  for (const std::string& zone : spec->zones) {
    auto& list = &zone == &spec->zones.front() ? first : further;
    list.push_back({spec->scheme, zone, *port, word.position, false});
  }
}

using Address = std::tuple<Scheme, std::string, std::uint16_t, std::string>;

Address address_of(const BoundKey& bound, const std::string& listen) {
  return {bound.key.scheme, bound.key.zone, bound.key.port, listen};
}

// What is registered so far, as CoreDNS keeps it: every address, and for each key without its
// address the last one that was registered.
class Registered {
 public:
  // Whether a block has taken all queries for it already.
  bool is_taken(const BoundKey& bound) const {
    return addresses_.contains(address_of(bound, bound.address));
  }

  // The complaint about one more that shares no socket of another, or an empty text.
  std::string overlap(const BoundKey& bound) const {
    const std::string name = to_string(bound);
    const Address everywhere = address_of(bound, "");
    const auto last = last_.find(everywhere);
    if (last == last_.end()) return {};
    const std::string overlap = "cannot serve {} - zone overlap listener capacity with {}";
    if (bound.address.empty()) return fmt::format(fmt::runtime(overlap), name, last->second);
    if (!addresses_.contains(everywhere)) return {};
    return fmt::format(fmt::runtime(overlap), name, to_string(bound.key));
  }

  void add(const BoundKey& bound) {
    addresses_.insert(address_of(bound, bound.address));
    last_[address_of(bound, "")] = to_string(bound);
  }

 private:
  std::set<Address> addresses_;
  std::map<Address, std::string> last_;
};

}  // namespace

std::string to_string(const Key& key) {
  return fmt::format("{}://{}:{}", to_string(key.scheme), key.zone, key.port);
}

std::vector<Key> resolve_keys(const ServerBlock& block,
                              std::uint16_t dns_port,
                              Diagnostics& diagnostics) {
  std::vector<Key> keys;
  std::vector<Key> further;
  for (const Word& word : block.keys) resolve_key(word, dns_port, keys, further, diagnostics);
  std::move(further.begin(), further.end(), std::back_inserter(keys));
  return keys;
}

std::vector<std::string> zones_of(std::span<const Key> keys) {
  std::vector<std::string> zones;
  std::set<std::string_view> seen;
  for (const Key& key : keys) {
    if (seen.insert(key.zone).second) zones.push_back(key.zone);
  }
  return zones;
}

std::string to_string(const BoundKey& bound) {
  if (bound.address.empty()) return to_string(bound.key);
  return fmt::format("{} on {}", to_string(bound.key), bound.address);
}

// A view behind a block that takes everything is accepted by CoreDNS, though it is never asked.
void check_overlaps(std::span<const BoundKey> bound, Diagnostics& diagnostics) {
  Registered registered;
  for (const BoundKey& one : bound) {
    if (one.key.assumed) continue;
    const bool filtered = one.filtered == Filtered::yes;
    const bool taken = registered.is_taken(one);
    const std::string overlap = taken ? "" : registered.overlap(one);
    if (taken && filtered) {
      diagnostics.warn(
          one.key.position, "view",
          fmt::format("a block without a view, which stands before this one, takes all "
                      "queries for {}",
                      to_string(one)));
    } else if (taken) {
      diagnostics.error(one.key.position, "",
                        fmt::format("cannot serve {} - it is already defined", to_string(one)));
    } else if (!overlap.empty()) {
      diagnostics.error(one.key.position, "", overlap);
    } else if (!filtered) {
      registered.add(one);
    }
  }
}

}  // namespace catena::config
