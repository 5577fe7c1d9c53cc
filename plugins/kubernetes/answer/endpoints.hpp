// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/kubernetes/answer/answerer.hpp"
#include "plugins/kubernetes/answer/builder.hpp"
#include "plugins/kubernetes/answer/grammar.hpp"
#include "plugins/kubernetes/store/service.hpp"

namespace catena::kubernetes {

/// Answers from the endpoints of a service: all of them, one by its name, those with a port, or
/// those of a topology zone.
Verdict answer_endpoints(const Builder& builder,
                         const ParsedName& name,
                         dns::NameView owner,
                         const ServiceState& state);

/// Answers from the cluster IPs of a service: at its name, or at one of its ports.
Verdict answer_cluster_ips(const Builder& builder,
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

/// Whether a port is one that the name asks for: all but that of a port ask for every one.
bool matches(const ParsedName& name, const SlicePort& port);

/// SRV's weight for one of `entries`: its share of 100, at least 1.
std::uint16_t srv_weight(std::size_t entries);

}  // namespace catena::kubernetes
