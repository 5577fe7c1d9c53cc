// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/arena.hpp"
#include "core/dns/record.hpp"

#include <cstdint>
#include <vector>

namespace catena::kubernetes::k8s_external {

/// The names and records of one zone that are the same for every query; lower case. Never changes.
class Zone {
 public:
  /// `apex` in front of `name` is where the name server is. Throws std::invalid_argument where that
  /// is too long for a name.
  Zone(dns::NameView name, dns::NameView apex, std::uint32_t ttl);

  dns::NameView name() const { return name_; }
  dns::NameView apex() const { return apex_; }                ///< dns.ZONE
  dns::NameView name_server() const { return name_server_; }  ///< ns1.dns.ZONE

  /// `owner` is the zone as it is to be spelled.
  dns::Record soa(dns::NameView owner, std::uint32_t serial, Arena& arena) const;
  dns::Record ns(dns::NameView owner) const;

 private:
  dns::Name name_;
  dns::Name apex_;
  dns::Name name_server_;
  std::uint32_t ttl_;
  std::vector<std::uint8_t> soa_;  // Its data, with serial 0.
};

}  // namespace catena::kubernetes::k8s_external
