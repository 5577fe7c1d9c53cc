// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/kubernetes/answer/builder.hpp"
#include "plugins/kubernetes/answer/endpoints.hpp"
#include "plugins/kubernetes/answer/settings.hpp"
#include "plugins/kubernetes/store/store.hpp"

namespace catena::kubernetes {

/// Calls `visit(name, address)` for each name and address under which a service is a name server.
template <class Visit>
void each_server_name(const RecordBuilder& names,
                      const ServiceEntry& entry,
                      const ServiceState& state,
                      Visit&& visit) {
  if (state.spec->kind == ServiceKind::cluster_ip) {
    const dns::NameView name = names.service_name({}, entry.key());
    for (const Address& ip : state.spec->cluster_ips) visit(name, ip.span());
  }
  if (state.spec->kind != ServiceKind::headless) return;
  for (const Slice* slice : state.slices) {
    slice->each(
        [&](std::span<const std::uint8_t> address, std::string_view label, std::string_view) {
          const EndpointLabel own(label, address);
          visit(names.service_name({own.text()}, entry.key()), address);
        });
  }
}

/// The services that have this server among their endpoints, or "ns.dns" with its own addresses.
template <class Exposed, class Visit>
void each_name_server(const RecordBuilder& names,
                      const AnswerSettings& settings,
                      const Store& store,
                      Exposed&& exposed,
                      Visit&& visit) {
  bool found = false;
  for (const Address& local : settings.local_addresses) {
    for (const ServiceEntry* entry : store.by_endpoint.at(local.span())) {
      const ServiceState* state = exposed(entry->namespace_key()) ? entry->state() : nullptr;
      if (state == nullptr || !state->spec) continue;
      found = true;
      each_server_name(names, *entry, *state, visit);
    }
  }
  if (found) return;
  const dns::NameView fallback = names.zone_name({"ns", "dns"});
  for (const Address& local : settings.local_addresses) visit(fallback, local.span());
}

}  // namespace catena::kubernetes
