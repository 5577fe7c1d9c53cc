// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/answer/answerer.hpp"
#include "plugins/kubernetes/answer/endpoints.hpp"

namespace catena::kubernetes {
namespace {

/// Calls `visit(name, address)` for each name and address under which a service is a name server.
template <class Visit>
void each_server_name(const Builder& names,
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
void each_name_server(const Builder& names,
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

}  // namespace

Verdict Answerer::apex(const Builder& builder) const {
  switch (builder.query().type()) {
    case dns::Type::SOA:
      builder.soa(dns::Section::answer, serial(builder.zone()));
      return Verdict::answered;
    case dns::Type::NS:
      return name_servers(builder);
    default:
      return Verdict::no_data;
  }
}

// BEYOND CoreDNS: in a reverse zone the names are those of the primary zone, where they resolve. In
// a multicluster zone this cluster's services do not exist, but "ns.dns" does.
Verdict Answerer::name_servers(const Builder& builder) const {
  const Builder names = is_reverse_zone(builder.zone())
                            ? Builder(builder.query(), settings_->primary_zone, settings_->ttl)
                            : builder;
  const bool imports = settings_->multicluster.contains(names.zone());
  const dns::NameView own = names.zone_name({"ns", "dns"});
  const auto is_exposed = [this](Key key) { return exposed(key); };
  each_name_server(names, *settings_, *store_, is_exposed,
                   [&](dns::NameView name, std::span<const std::uint8_t> address) {
                     const dns::NameView server = imports ? own : name;
                     builder.pointer(dns::Section::answer, builder.zone(), dns::Type::NS, server);
                     builder.address(dns::Section::additional, server, address);
                   });
  dns::Response& response = builder.query().response();
  drop_repeated(response, dns::Section::answer);
  drop_repeated(response, dns::Section::additional);
  return response.answer().empty() ? Verdict::no_data : Verdict::answered;
}

Verdict Answerer::name_server_addresses(const Builder& builder) const {
  if (settings_->local_addresses.empty()) return Verdict::no_data;
  const std::size_t size = builder.wants_v4() ? 4 : 16;
  const bool addresses = builder.wants_v4() || builder.wants_v6();
  const auto is_exposed = [this](Key key) { return exposed(key); };
  each_name_server(builder, *settings_, *store_, is_exposed,
                   [&](dns::NameView, std::span<const std::uint8_t> address) {
                     if (!addresses || address.size() != size) return;
                     builder.address(dns::Section::answer, builder.query().name(), address);
                   });
  dns::Response& response = builder.query().response();
  drop_repeated(response, dns::Section::answer);
  return response.answer().empty() ? Verdict::no_data : Verdict::answered;
}

}  // namespace catena::kubernetes
