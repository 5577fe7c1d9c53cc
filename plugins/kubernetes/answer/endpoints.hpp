// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/kubernetes/answer/builder.hpp"
#include "plugins/kubernetes/answer/finding.hpp"
#include "plugins/kubernetes/answer/grammar.hpp"
#include "plugins/kubernetes/store/service.hpp"

namespace catena::kubernetes {

/// Answers from the endpoints of a service: all of them, one by its name, those with a port, or
/// those of a topology zone. A port wins over an endpoint whose name has two labels. Where only
/// names stand for the endpoints (FQDN slices) nothing is added: `elsewhere`, with the name as the
/// store has it, which the caller gives as a CNAME.
Finding answer_endpoints(const Builder& builder,
                         const ParsedName& name,
                         dns::NameView owner,
                         const ServiceState& state);

/// The same for one endpoint by its name, whatever else the name could be.
Finding answer_endpoint(const Builder& builder,
                        const ParsedName& name,
                        dns::NameView owner,
                        const ServiceState& state);

/// Answers from the cluster IPs of a service: at its name, or at one of its ports.
AnswerKind answer_cluster_ips(const Builder& builder,
                              const ParsedName& name,
                              dns::NameView owner,
                              const ServiceSpec& spec);

/// An endpoint's own label: its hostname, or its address with dashes.
class EndpointLabel {
 public:
  EndpointLabel(std::string_view label, std::span<const std::uint8_t> address)
      : label_(label), dashed_(label.empty() ? dashed(address) : DashedText()) {}
  std::string_view text() const { return label_.empty() ? std::string_view(dashed_) : label_; }

 private:
  std::string_view label_;
  DashedText dashed_;
};

/// LABEL.SERVICE in the arena: an endpoint in another cluster has that cluster's id in its name
/// too.
dns::NameView endpoint_name(const RecordBuilder& builder,
                            Key service_key,
                            const Slice& slice,
                            std::string_view own);

/// Which of several names in the place of addresses is the one that is told: any order will do that
/// is the same on all servers.
bool comes_before(dns::NameView a, dns::NameView b);

/// Whether a port is one that the name asks for. Names other than a port's ask for every one, as
/// does `_` for port or protocol, which Go's net.LookupSRV sends for an empty service.
bool matches(const ParsedName& name, const SlicePort& port);

/// A service's own name, also with `_._` in front.
bool is_of_service(const ParsedName& name);

/// SRV's weight for one of `entries`: its share of 100, at least 1.
std::uint16_t srv_weight(std::size_t entries);

}  // namespace catena::kubernetes
