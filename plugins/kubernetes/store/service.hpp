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

/// A name in its wire form, which takes no more room than it needs: most services have none.
class StoredName {
 public:
  StoredName() = default;
  explicit StoredName(dns::NameView name) : wire_(name.bytes().begin(), name.bytes().end()) {}

  /// The root where there is none.
  dns::NameView view() const {
    if (wire_.empty()) return {};
    return {reinterpret_cast<const std::uint8_t*>(wire_.data()), wire_.size()};
  }
  bool operator==(const StoredName& other) const { return view() == other.view(); }

 private:
  std::string wire_;
};

/// What one Service object says. Never changes; replaced as a whole.
struct ServiceSpec {
  ServiceKind kind = ServiceKind::cluster_ip;
  std::vector<Address> cluster_ips;  ///< In the object's order; empty while none is allocated.
  PortList ports;
  StoredName external_name;

  explicit ServiceSpec(const api::ServiceObject& object);
  bool operator==(const ServiceSpec&) const = default;
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

  /// The notes of the index of endpoints: a number while there are addresses of the service in it.
  std::uint32_t number = 0;
  std::uint32_t endpoint_addresses = 0;

 private:
  std::string wire_key_;
  std::atomic<const ServiceState*> state_{nullptr};
};

/// Labels in wire form, lower case; nothing where one is empty or over 63 bytes.
std::optional<std::string> wire_key(std::initializer_list<std::string_view> labels);

}  // namespace catena::kubernetes
