// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/dns/name.hpp"

#include "plugins/kubernetes/objects/objects.hpp"
#include "plugins/kubernetes/store/address.hpp"
#include "plugins/kubernetes/store/hash_index.hpp"
#include "plugins/kubernetes/store/ports.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace catena::kubernetes {

/// How an endpoint without a hostname is named (`endpoint_pod_names`).
enum class EndpointNames : std::uint8_t { by_address, by_pod };

/// An endpoint whose address is a name (`addressType: FQDN`).
struct Alias {
  dns::Name target;
  std::string label;  ///< Lower case; "" where what it would be called is no label.
  std::string zone;   ///< Lower case, "" where unknown.
  bool operator==(const Alias&) const = default;
};

/// Addresses of an object that are left out because they are none.
struct BadAddresses {
  std::size_t count = 0;
  std::string_view first;  ///< Points into the object.
};

/// One EndpointSlice, packed: 12 bytes for an IPv4 endpoint, 24 for an IPv6 one, names apart. Never
/// changes; replaced as a whole.
class Slice {
 public:
  template <std::size_t Size>
  struct Packed {
    std::array<std::uint8_t, Size> address;
    std::uint32_t label = 0;  ///< Offset into the names; 0: named by its address.
    std::uint32_t zone = 0;   ///< Offset into the names; 0: none.
  };

  /// Addresses that are none are left out and told in `bad`. `cluster` is where an imported slice
  /// comes from.
  Slice(const api::SliceObject& object,
        EndpointNames names,
        BadAddresses& bad,
        std::string_view cluster = {});

  const std::vector<Packed<4>>& v4() const { return v4_; }
  const std::vector<Packed<16>>& v6() const { return v6_; }
  /// IP addresses.
  std::size_t size() const { return v4_.size() + v6_.size(); }

  /// In the object's order. As in CoreDNS, which looks at the text alone, an IP address in a slice
  /// of names is an address.
  std::span<const Alias> aliases() const {
    return aliases_ ? std::span<const Alias>(*aliases_) : std::span<const Alias>();
  }

  bool has_endpoints() const { return size() != 0 || aliases_; }

  /// The id of the cluster that the endpoints are in, lower case; "" for this one.
  std::string_view cluster() const { return text(cluster_); }

  const PortList& ports() const { return ports_; }

  /// An address stands in it more than once.
  bool repeats_itself() const { return repeats_itself_; }

  /// "" where the endpoint is named by its address.
  template <class Endpoint>
  std::string_view label(const Endpoint& endpoint) const {
    return text(endpoint.label);
  }
  /// Lower case, "" where unknown.
  template <class Endpoint>
  std::string_view zone(const Endpoint& endpoint) const {
    return text(endpoint.zone);
  }

  /// Calls `visit(address bytes, label, zone)` for each endpoint that has an IP address: IPv4
  /// first.
  template <class Visit>
  void each(Visit&& visit) const {
    for (const auto& e : v4_) visit(std::span<const std::uint8_t>(e.address), label(e), zone(e));
    for (const auto& e : v6_) visit(std::span<const std::uint8_t>(e.address), label(e), zone(e));
  }

  bool contains(Key address) const;

 private:
  using Zones = std::vector<std::uint32_t>;  // Where the zones seen so far stand in the names.

  std::string_view text(std::uint32_t offset) const;
  std::uint32_t remember(std::string_view text);
  std::uint32_t zone_offset(const std::string& zone, Zones& zones);
  void add(const api::Endpoint& endpoint, EndpointNames names, Zones& zones, BadAddresses& bad);
  bool add_alias(std::string_view address, std::string name, std::string zone);
  void add_address(std::string_view text,
                   const Address& address,
                   std::string_view name,
                   std::uint32_t zone);

  std::vector<Packed<4>> v4_;
  std::vector<Packed<16>> v6_;
  PortList ports_;
  std::shared_ptr<std::vector<Alias>> aliases_;  // Null where there are none, as mostly.
  std::string names_;          // A zero byte, then texts with a length byte in front.
  std::uint32_t cluster_ = 0;  // Offset into the names; 0: none.
  bool repeats_itself_ = false;
};

/// The addresses of a slice in order, each once.
std::vector<Address> sorted_addresses(const Slice& slice);

/// ASCII letters small.
std::string to_lower(std::string_view text);

}  // namespace catena::kubernetes
