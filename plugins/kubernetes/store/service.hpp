// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/dns/name.hpp"

#include "plugins/kubernetes/objects/objects.hpp"
#include "plugins/kubernetes/store/address.hpp"
#include "plugins/kubernetes/store/hash_index.hpp"
#include "plugins/kubernetes/store/pointer_list.hpp"
#include "plugins/kubernetes/store/slice.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace catena::kubernetes {

enum class ServiceKind : std::uint8_t {
  cluster_ip,  ///< Also NodePort and LoadBalancer.
  headless,
  external_name,
  unresolvable,  ///< ExternalName that is an address or no name at all: nothing is served.
};

/// A name that most services do not have: then it takes the room of a pointer.
class StoredName {
 public:
  StoredName() = default;
  explicit StoredName(dns::NameView name) : name_(std::make_unique<const dns::Name>(name)) {}

  /// The root where there is none.
  dns::NameView view() const { return name_ ? name_->view() : dns::NameView(); }
  bool operator==(const StoredName& other) const { return view() == other.view(); }

 private:
  std::unique_ptr<const dns::Name> name_;
};

/// Where a service can be reached from outside of the cluster, in the object's order.
struct ExternalPlaces {
  std::vector<Address> ips;
  std::vector<dns::Name> hosts;  ///< Names of load balancers.
};

/// What one Service object says. Never changes; replaced as a whole.
struct ServiceSpec {
  ServiceKind kind = ServiceKind::cluster_ip;
  std::vector<Address> cluster_ips;  ///< In the object's order; empty while none is allocated.
  PortList ports;
  StoredName external_name;
  std::unique_ptr<const ExternalPlaces> external;  ///< Null where there are none, as mostly.

  explicit ServiceSpec(const api::ServiceObject& object);
  bool operator==(const ServiceSpec&) const = default;
};

/// A service with all of its slices, as a query sees it at one moment. Never changes.
struct ServiceState {
  std::shared_ptr<const ServiceSpec> spec;  ///< Null while only slices have arrived.
  PointerList<Slice> slices;
  bool repeats_addresses = false;  ///< An address stands in the slices more than once.

  bool has_endpoints() const;
};

/// The first label of a key as text; empty where the key is.
inline std::string_view first_label(Key key) {
  const std::string_view wire(reinterpret_cast<const char*>(key.data()), key.size());
  return wire.empty() ? wire : wire.substr(1, static_cast<std::uint8_t>(wire.front()));
}

/// The place of a service in the store: stays while anything of the service is there.
class ServiceEntry {
 public:
  /// `wire_key`: service label and namespace label in wire form, lower case.
  explicit ServiceEntry(std::string_view wire_key)
      : wire_key_(std::make_unique<std::uint8_t[]>(wire_key.size())) {
    std::copy(wire_key.begin(), wire_key.end(), wire_key_.get());
  }
  ~ServiceEntry() { delete state_.load(std::memory_order_relaxed); }

  Key key() const {
    const std::uint8_t* const name_space = wire_key_.get() + 1 + wire_key_[0];
    return {wire_key_.get(), name_space + 1 + *name_space};
  }

  /// The namespace label alone, in wire form.
  Key namespace_key() const { return key().subspan(1u + key()[0]); }

  /// Any thread; null before the first publish.
  const ServiceState* state() const { return state_.load(std::memory_order_acquire); }

  /// The writer only; frees the state before through the epoch.
  void publish(std::unique_ptr<ServiceState> state, epoch::Domain& epoch);

  /// The notes of the index of endpoints: a number while there are addresses of the service in it.
  std::uint32_t number = 0;
  std::uint32_t endpoint_addresses = 0;

 private:
  std::unique_ptr<std::uint8_t[]> wire_key_;  // Two labels, which tell their lengths.
  std::atomic<const ServiceState*> state_{nullptr};
};

/// Labels in wire form, lower case; nothing where one is empty or over 63 bytes.
std::optional<std::string> wire_key(std::initializer_list<std::string_view> labels);

}  // namespace catena::kubernetes
