// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/kubernetes/answer/builder.hpp"
#include "plugins/kubernetes/store/service.hpp"

#include <cstdint>
#include <vector>

namespace catena::kubernetes {

/// What questions about the addresses that a service has of its own, or about names in their place,
/// are answered with, told port by port. With a CNAME at the service's name nothing else is told
/// there (RFC 1034 section 3.6.2), nor the CNAME at names that have SRV records. Points into the
/// spec, which must outlive it.
class PlaceRecords {
 public:
  /// Of no service: nothing to tell.
  PlaceRecords() = default;

  /// One of `ips` and `hosts` at least has something.
  PlaceRecords(const PortList& ports,
               const std::vector<Address>& ips,
               const std::vector<dns::Name>& hosts)
      : ports_(&ports), ips_(&ips), hosts_(&hosts) {}

  /// Adds the next few records, perhaps none. False when there is nothing left.
  bool add_some(const RecordBuilder& builder, Key service_key);

 private:
  void add_bare(const RecordBuilder& builder, Key service_key) const;
  void add_port(const RecordBuilder& builder, Key service_key, const SlicePort& port) const;
  void add_services(const RecordBuilder& builder,
                    Key service_key,
                    dns::NameView owner,
                    const std::vector<SlicePort>& ports) const;
  bool has_come(std::size_t port) const;

  const PortList* ports_ = nullptr;
  const std::vector<Address>* ips_ = nullptr;
  const std::vector<dns::Name>* hosts_ = nullptr;
  std::size_t next_ = 0;  // 0: the service's name, else a port, counted from 1.
};

}  // namespace catena::kubernetes
