// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/query.hpp"

#include "plugins/kubernetes/store/address.hpp"
#include "plugins/kubernetes/store/hash_index.hpp"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string_view>

namespace catena::kubernetes {

/// Writes records of one query into its response. Names that are put together live in the query's
/// arena; addresses stay where they are in the store.
class Builder {
 public:
  /// `zone` in the query's own spelling: all names that are made end in it.
  Builder(Query& query, dns::NameView zone, std::uint32_t ttl)
      : query_(&query), zone_(zone), ttl_(ttl) {}

  dns::NameView zone() const { return zone_; }
  Query& query() const { return *query_; }
  bool wants_v4() const { return query_->type() == dns::Type::A; }
  bool wants_v6() const { return query_->type() == dns::Type::AAAA; }

  /// LABELS.KEY.svc.ZONE in the arena; the root where that is too long for a name or the arena is
  /// full.
  dns::NameView service_name(std::initializer_list<std::string_view> labels, Key service_key) const;

  /// PREFIX labels in front of the zone.
  dns::NameView zone_name(std::initializer_list<std::string_view> labels) const;

  /// An A or AAAA record, by the size of the address, which must outlive the query's turn.
  void address(dns::Section section,
               dns::NameView owner,
               std::span<const std::uint8_t> address) const;

  void srv(dns::NameView owner,
           std::uint16_t weight,
           std::uint16_t port,
           dns::NameView target) const;

  /// CNAME, PTR or NS.
  void pointer(dns::Section section,
               dns::NameView owner,
               dns::Type type,
               dns::NameView target) const;

  /// dns-version (Kubernetes DNS specification 2.2).
  void version(dns::NameView owner) const;

  /// kubernetes.md 4.7.
  void soa(dns::Section section, std::uint32_t serial) const;

 private:
  dns::NameView join(std::initializer_list<std::string_view> labels,
                     std::span<const std::uint8_t> middle,
                     dns::NameView zone) const;

  Query* query_;
  dns::NameView zone_;
  std::uint32_t ttl_;
};

}  // namespace catena::kubernetes
