// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/abilities.hpp"

#include "plugins/kubernetes/answer/answerer.hpp"

#include <cstdint>
#include <memory>

namespace catena::kubernetes::k8s_external {

/// Whether services that have no address outside of the cluster are shown by their endpoints.
enum class HeadlessServices : bool { hidden, shown };

/// A zone that holds a cluster's services as SERVICE.NAMESPACE.ZONE.
struct ExternalZone {
  dns::NameView name;             ///< All names that are made end in it, in its spelling.
  std::uint32_t address_ttl = 5;  ///< Seconds, of A and AAAA records; others have the cluster's.
  HeadlessServices headless = HeadlessServices::hidden;
};

/// Answers from what a cluster shows to the world outside. Records are added to the query's
/// response and point into the cluster's store until the worker's next quiescent point:
/// Response::own() before a wait. Any thread.
class ExternalAnswerer {
 public:
  explicit ExternalAnswerer(const Answerer& answerer) : answerer_(&answerer) {}

  /// Answers a query for NAMESPACE, SERVICE.NAMESPACE, ENDPOINT.SERVICE.NAMESPACE or
  /// PORT.PROTOCOL.SERVICE.NAMESPACE below `zone`. With `elsewhere` there are the records of
  /// `answered`, and addresses of the target, a load balancer's name, belong to them too. Never
  /// `nowhere`.
  Finding answer(Query& query, const ExternalZone& zone) const;

  /// Adds PTR records for the services that have the address of the query's name as an external
  /// one; their names are below `zone`.
  AnswerKind reverse(Query& query, const ExternalZone& zone) const;

  /// Adds, as A and AAAA records of `owner`, the external addresses of the services that have this
  /// server behind them, or its own where no service has.
  void name_server(dns::Response& response,
                   dns::Section section,
                   dns::NameView owner,
                   const ExternalZone& zone) const;

  /// All records of services below `zone`, for a transfer. The zone's name must outlive it.
  std::unique_ptr<ZoneCursor> services(const ExternalZone& zone) const;

  /// Seconds since 1970 of the last change that such a zone shows: with headless services it shows
  /// endpoints too, and has another serial.
  std::uint32_t serial(HeadlessServices headless) const;

  /// The same for a transfer that begins now: what it may miss will show under another serial.
  std::uint32_t hand_out_serial(HeadlessServices headless) const;

  const Store& store() const { return answerer_->store(); }

 private:
  const std::atomic<std::uint32_t>& counter(HeadlessServices headless) const;
  ZoneForm form_of(const ExternalZone& zone) const;
  Finding given(const Builder& builder, const Finding& found) const;
  Finding alias(const Builder& builder, dns::NameView stored) const;
  Finding places(const Builder& builder, const ParsedName& name, const ServiceSpec& spec) const;
  Finding addresses(const Builder& builder, const ExternalPlaces& places) const;
  Finding ports(const Builder& builder, const ParsedName& name, const ServiceSpec& spec) const;

  const Answerer* answerer_;
};

}  // namespace catena::kubernetes::k8s_external
