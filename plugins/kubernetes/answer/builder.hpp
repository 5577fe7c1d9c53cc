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

/// What becomes of records whose names would be too long.
enum class LongNames : std::uint8_t {
  spoil,      ///< The whole answer is: part of it would look whole.
  leave_out,  ///< There are no such records (transfers).
};

/// Where the names of a zone keep services, and how long their records live.
struct ZoneForm {
  dns::NameView zone;                      ///< All names that are made end in it, in its spelling.
  std::uint32_t ttl = 5;                   ///< Seconds.
  std::uint32_t address_ttl = 5;           ///< The same of A and AAAA records.
  std::string_view service_label = "svc";  ///< Behind the namespace; "": none (k8s_external).
  LongNames long_names = LongNames::spoil;
};

/// Writes records of one zone into a response. Names that are put together live in the response's
/// arena; addresses stay where they are in the store.
class RecordBuilder {
 public:
  RecordBuilder(dns::Response& response, const ZoneForm& form)
      : response_(&response), form_(form) {}

  dns::NameView zone() const { return form_.zone; }
  dns::Response& response() const { return *response_; }

  /// LABELS.KEY.svc.ZONE in the arena, or as the zone's form has it; a dot in LABELS separates two.
  /// The root where that is too long for a name (ZoneForm::long_names) or the arena is full, which
  /// spoils the response: in SRV the root means "no such service" (RFC 2782).
  dns::NameView service_name(std::initializer_list<std::string_view> labels, Key service_key) const;

  /// PREFIX labels in front of the zone.
  dns::NameView zone_name(std::initializer_list<std::string_view> labels) const;

  /// An A or AAAA record, by the size of the address, which must outlive the query's turn. This and
  /// the next two add nothing where the name that was put together, `owner` or `target`, is the
  /// root.
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

  /// One SOA for the apex and for every denial: its minimum is the zone's TTL, its own TTL at most
  /// 300 s.
  void soa(dns::Section section, std::uint32_t serial) const;

 private:
  dns::NameView join(std::initializer_list<std::string_view> labels,
                     std::span<const std::uint8_t> middle,
                     dns::NameView zone) const;

  dns::Response* response_;
  ZoneForm form_;
};

/// The same for the response of a query, with what the answers ask about it.
class Builder : public RecordBuilder {
 public:
  /// `zone` in the query's own spelling.
  Builder(Query& query, dns::NameView zone, std::uint32_t ttl)
      : Builder(query, ZoneForm{.zone = zone, .ttl = ttl, .address_ttl = ttl}) {}
  Builder(Query& query, const ZoneForm& form)
      : RecordBuilder(query.response(), form),
        query_(&query),
        before_(query.response().answer().size()) {}

  Query& query() const { return *query_; }

  /// Records that were in the answer before: aliases that lead here.
  std::size_t before() const { return before_; }
  bool has_answered() const { return query_->response().answer().size() > before_; }

  bool wants_v4() const { return query_->type() == dns::Type::A; }
  bool wants_v6() const { return query_->type() == dns::Type::AAAA; }

 private:
  Query* query_;
  std::size_t before_;
};

/// Takes out records that say the same as another of the section, from number `first` on; the order
/// is then that of the data.
void drop_repeated(dns::Response& response, dns::Section section, std::size_t first = 0);

/// The same in the answer, of what the builder has added.
inline void drop_repeated(const Builder& builder) {
  drop_repeated(builder.response(), dns::Section::answer, builder.before());
}

}  // namespace catena::kubernetes
