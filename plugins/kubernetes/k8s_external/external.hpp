// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/abilities.hpp"
#include "core/plugin/alias.hpp"
#include "core/plugin/engine.hpp"
#include "core/plugin/plugin.hpp"
#include "core/plugin/zones.hpp"

#include "plugins/kubernetes/answer/knows_cluster.hpp"
#include "plugins/kubernetes/k8s_external/external_answerer.hpp"
#include "plugins/kubernetes/k8s_external/zone.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace catena::kubernetes::k8s_external {

/// What a `k8s_external` line says.
struct Settings {
  Zones zones;
  dns::Name apex = *dns::Name::parse("dns.");  ///< The label that name servers are below.
  std::uint32_t ttl = 5;                       ///< Seconds, 0 to 3600.
  HeadlessServices headless = HeadlessServices::hidden;
  Fallthrough fallthrough;
};

/// Answers for zones that show a cluster's services to the outside: what the plugin kubernetes of
/// the same block knows. Any thread.
class External final : public Plugin, public Assembled, public TransferSource, public Authority {
 public:
  External(Settings settings, metrics::Registry& metrics);

  Reply serve(Query& query, Next next) const override;
  Territory territory() const override {
    return {settings_.zones.names(), settings_.fallthrough.names()};
  }
  std::string assembled(const Chain& chain) override;

  /// The forward zones. Reverse zones cannot be transferred.
  bool holds(dns::NameView zone) const override;
  std::unique_ptr<ZoneCursor> open(dns::NameView zone) const override;

 private:
  const Zone* zone_of(dns::NameView name) const;
  ExternalZone form(dns::NameView name) const;
  Finding find(Query& query, const Zone& zone) const;
  Outcome at_apex(Query& query, const Zone& zone) const;
  Outcome below_apex(Query& query, const Zone& zone) const;
  Outcome deny(Query& query, const Zone& zone, dns::Rcode rcode) const;
  static Reply with_addresses(Query& query, dns::NameView target);
  static Reply add_addresses(Query& query, dns::NameView target, dns::Type type);

  Settings settings_;
  std::vector<Zone> zones_;  // In the order of settings_.zones.
  const KnowsCluster* cluster_ = nullptr;
  std::optional<ExternalAnswerer> services_;
  AliasFollower aliases_;
};

}  // namespace catena::kubernetes::k8s_external
