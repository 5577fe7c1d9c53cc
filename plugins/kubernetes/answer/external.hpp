// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/external_services.hpp"

#include "plugins/kubernetes/answer/answerer.hpp"

#include <memory>

namespace catena::kubernetes {

/// Answers k8s_external's questions from the store: the functions of ExternalServices. Any thread.
class ExternalAnswerer {
 public:
  explicit ExternalAnswerer(const Answerer& answerer) : answerer_(&answerer) {}

  ExternalFinding answer(Query& query, const ExternalZone& zone) const;
  ExternalVerdict reverse(Query& query, const ExternalZone& zone) const;
  void name_server(dns::Response& response,
                   dns::Section section,
                   dns::NameView owner,
                   const ExternalZone& zone) const;
  std::unique_ptr<ZoneCursor> services(const ExternalZone& zone) const;

  /// With headless services a zone shows endpoints too, and has another serial.
  const std::atomic<std::uint32_t>& serial(HeadlessServices headless) const;

 private:
  ZoneForm form_of(const ExternalZone& zone) const;
  ExternalFinding given(const Builder& builder, const Finding& found) const;
  ExternalFinding alias(const Builder& builder, dns::NameView stored) const;
  ExternalFinding places(const Builder& builder,
                         const ParsedName& name,
                         const ServiceSpec& spec) const;
  ExternalFinding addresses(const Builder& builder, const ExternalPlaces& places) const;
  ExternalFinding ports(const Builder& builder,
                        const ParsedName& name,
                        const ServiceSpec& spec) const;

  const Answerer* answerer_;
};

}  // namespace catena::kubernetes
