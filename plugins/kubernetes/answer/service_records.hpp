// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/kubernetes/answer/endpoint_records.hpp"
#include "plugins/kubernetes/answer/place_records.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace catena::kubernetes {

/// Which records of a service a zone shows.
enum class ServiceView : std::uint8_t {
  cluster,                 ///< Cluster IPs, endpoints, ExternalNames.
  imports,                 ///< The same of an import.
  external,                ///< External addresses.
  external_with_headless,  ///< Those, and endpoints of services that have none.
};

/// One service as it was at one moment: all that questions about it are answered with, told a few
/// records at a time. Owns what the records point to, but for the names, which are in the builder's
/// arena.
class ServiceRecords {
 public:
  /// Of no service: nothing to tell.
  ServiceRecords() = default;
  ServiceRecords(std::string wire_key, const ServiceState& state, ServiceView view);

  /// Adds the next few records, perhaps none. False when there is nothing left.
  bool add_some(const RecordBuilder& builder);

 private:
  void show_inside(const ServiceState& state, ServiceView view);
  void show_outside(const ServiceState& state, ServiceView view);
  void add_alias(const RecordBuilder& builder) const;
  Key key() const;

  std::string wire_key_;
  std::shared_ptr<const ServiceSpec> spec_;
  bool is_alias_ = false;
  PlaceRecords places_;
  EndpointRecords endpoints_;
};

}  // namespace catena::kubernetes
