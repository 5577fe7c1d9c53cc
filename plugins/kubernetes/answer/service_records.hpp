// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/kubernetes/answer/builder.hpp"
#include "plugins/kubernetes/store/service.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace catena::kubernetes {

/// Which records of a service a transfer carries.
enum class ServiceView : std::uint8_t {
  cluster,                 ///< Cluster IPs, endpoints of headless services, ExternalNames.
  external,                ///< External addresses.
  external_with_headless,  ///< Those, and endpoints of headless services that have none.
};

/// One service as it was at one moment, told a few records at a time. Owns what the records point
/// to, but for the names, which are in the builder's arena.
class ServiceRecords {
 public:
  /// Of no service: nothing to tell.
  ServiceRecords() = default;
  ServiceRecords(std::string wire_key, const ServiceState& state, ServiceView view);

  /// Adds the next few records, perhaps none. False when there is nothing left.
  bool add_some(const RecordBuilder& builder);

 private:
  enum class Content : std::uint8_t { nothing, alias, places, endpoints };
  enum class BareName : bool { without_services, with_services };

  Content choose(ServiceView view);
  void add_alias(const RecordBuilder& builder) const;
  bool add_of_places(const RecordBuilder& builder);
  void add_places(const RecordBuilder& builder) const;
  bool add_of_endpoints(const RecordBuilder& builder);
  void add_endpoint(const RecordBuilder& builder,
                    const Slice& slice,
                    std::span<const std::uint8_t> address,
                    std::string_view label) const;
  void add_services(const RecordBuilder& builder,
                    const SlicePort& port,
                    std::uint16_t weight,
                    dns::NameView target,
                    BareName bare) const;
  Key key() const;

  std::string wire_key_;
  std::shared_ptr<const ServiceSpec> spec_;
  Content content_ = Content::nothing;
  BareName bare_ = BareName::with_services;
  // Of spec_: with Content::places one of them is not empty.
  const std::vector<Address>* ips_ = nullptr;
  const std::vector<dns::Name>* hosts_ = nullptr;
  std::vector<Slice> slices_;
  std::size_t slice_ = 0;
  std::size_t endpoint_ = 0;  // Of the slice.
  std::size_t port_ = 0;      // 0: the addresses are next, else a port, counted from 1.
};

}  // namespace catena::kubernetes
