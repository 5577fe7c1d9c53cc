// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/dns/name.hpp"

#include "plugins/kubernetes/api/objects.hpp"
#include "plugins/kubernetes/store/address.hpp"
#include "plugins/kubernetes/store/hash_index.hpp"
#include "plugins/kubernetes/store/slice.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace catena::kubernetes {

enum class ServiceKind : std::uint8_t {
  cluster_ip,  ///< Also NodePort and LoadBalancer.
  headless,
  external_name,
  unresolvable,  ///< ExternalName that is an address or no name at all: nothing is served.
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
  std::vector<SlicePort> ports;  ///< Never empty: a service without ports has one without number.
  dns::Name external_name;
  std::unique_ptr<const ExternalPlaces> external;  ///< Null where there are none, as mostly.

  explicit ServiceSpec(const api::ServiceObject& object);
};

/// A service with all of its slices, as a query sees it at one moment. Never changes.
struct ServiceState {
  std::shared_ptr<const ServiceSpec> spec;  ///< Null while only slices have arrived.
  std::vector<const Slice*> slices;
  bool repeats_addresses = false;  ///< An address stands in the slices more than once.

  bool has_endpoints() const;
};

/// The place of a service in the store: stays while anything of the service is there.
class ServiceEntry {
 public:
  /// `wire_key`: service label and namespace label in wire form, lower case.
  explicit ServiceEntry(std::string wire_key) : wire_key_(std::move(wire_key)) {}
  ~ServiceEntry() { delete state_.load(std::memory_order_relaxed); }

  Key key() const {
    return {reinterpret_cast<const std::uint8_t*>(wire_key_.data()), wire_key_.size()};
  }

  /// The namespace label alone, in wire form.
  Key namespace_key() const { return key().subspan(1u + key()[0]); }

  /// Any thread; null before the first publish.
  const ServiceState* state() const { return state_.load(std::memory_order_acquire); }

  /// The writer only; frees the state before through the epoch.
  void publish(std::unique_ptr<ServiceState> state, epoch::Domain& epoch);

  /// The writer's own notes.
  std::string resource_version;
  std::uint64_t generation = 0;

 private:
  std::string wire_key_;
  std::atomic<const ServiceState*> state_{nullptr};
};

/// Whether a service shows something else to the outside than before; null: there is none.
bool external_differs(const ServiceSpec* before, const ServiceSpec* after);

/// Labels in wire form, lower case; nothing where one is empty or over 63 bytes.
std::optional<std::string> wire_key(std::initializer_list<std::string_view> labels);

}  // namespace catena::kubernetes
