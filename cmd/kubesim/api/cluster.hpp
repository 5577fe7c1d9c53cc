// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cmd/kubesim/api/faults.hpp"
#include "cmd/kubesim/api/tokens.hpp"
#include "cmd/kubesim/model/service_addresses.hpp"
#include "cmd/kubesim/model/watch.hpp"

namespace catena::kubesim {

enum class Access { Open, Authenticated };

/// Everything that the requests and the controllers share. One thread owns it.
struct Cluster {
  Store store;
  WatchHub watches;
  ServiceAddresses addresses;
  Checks checks = Checks::On;
  Access access = Access::Open;
  std::string server_address;
  std::size_t watch_queue = 16384;
  /// Items a page has at most, also without `limit`; 0 for no such limit.
  std::size_t page_limit = 0;
  Faults faults{};
  Tokens tokens{};
  std::uint64_t requests = 0;
  /// Connections closed at once: too many, or a fault.
  std::uint64_t refused_connections = 0;
  /// Brings every object before the controllers again.
  std::function<void()> resync{};
};

/// Default values, cluster addresses and checks: what comes before an object is stored.
Outcome<Json> admit(Cluster& cluster, const Resource& resource, Json object, const Json* before);

/// Admits and stores an object that is new.
Outcome<ObjectPtr> admit_and_create(Cluster& cluster, const Resource& resource, Json object);

}  // namespace catena::kubesim
