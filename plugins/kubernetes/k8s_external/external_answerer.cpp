// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/k8s_external/external_answerer.hpp"

#include "plugins/kubernetes/answer/endpoints.hpp"
#include "plugins/kubernetes/answer/transfer.hpp"

#include <algorithm>

namespace catena::kubernetes::k8s_external {
namespace {

using Bytes = std::span<const std::uint8_t>;

dns::NameView copy_of(const dns::Name& name, Query& query) {
  return dns::NameView(query.arena().copy(name.view().bytes()));
}

/// Calls `visit(address)` for the addresses under which a service with this server behind it is a
/// name server to the outside.
template <class Visit>
void each_server_address(const ServiceState& state, HeadlessServices headless, Visit&& visit) {
  if (headless == HeadlessServices::shown && state.spec->kind == ServiceKind::headless) {
    for (const Slice* slice : state.slices) {
      slice->each([&visit](Bytes ip, std::string_view, std::string_view) { visit(ip); });
    }
  } else if (state.spec->external) {
    for (const Address& ip : state.spec->external->ips) visit(ip.span());
  }
}

}  // namespace

const std::atomic<std::uint32_t>& ExternalAnswerer::counter(HeadlessServices headless) const {
  const bool shown = headless == HeadlessServices::shown;
  return shown ? store().external_headless_serial : store().external_serial;
}

std::uint32_t ExternalAnswerer::serial(HeadlessServices headless) const {
  return counter(headless).load(std::memory_order_relaxed);
}

std::uint32_t ExternalAnswerer::hand_out_serial(HeadlessServices headless) const {
  return store().hand_out(counter(headless));
}

ZoneForm ExternalAnswerer::form_of(const ExternalZone& zone) const {
  return {.zone = zone.name,
          .ttl = answerer_->settings().ttl,
          .address_ttl = zone.address_ttl,
          .service_label = ""};
}

Finding ExternalAnswerer::answer(Query& query, const ExternalZone& zone) const {
  const ParsedName name(query.name(), zone.name, ExternalNames());
  if (name.kind == NameKind::malformed || !answerer_->exposed(name.namespace_key)) return {};
  if (name.kind == NameKind::service_namespace) return {AnswerKind::no_data, {}};
  const ServiceState* state = answerer_->find(name.service_key);
  if (state == nullptr) return {};
  const Builder builder(query, form_of(zone));
  if (state->spec->external) return places(builder, name, *state->spec);
  if (zone.headless == HeadlessServices::hidden) return {};
  if (state->spec->kind == ServiceKind::headless) {
    return given(builder, answer_endpoints(builder, name, query.name(), *state));
  }
  if (name.kind == NameKind::service) return {};
  return given(builder, answer_endpoint(builder, name, query.name(), *state));
}

// Endpoints that have a name instead of addresses.
Finding ExternalAnswerer::given(const Builder& builder, const Finding& found) const {
  if (found.kind != AnswerKind::elsewhere) return {found.kind, {}};
  return alias(builder, found.target);
}

Finding ExternalAnswerer::alias(const Builder& builder, dns::NameView stored) const {
  const dns::NameView target(builder.query().arena().copy(stored.bytes()));
  builder.pointer(dns::Section::answer, builder.query().name(), dns::Type::CNAME, target);
  const bool followed = builder.wants_v4() || builder.wants_v6();
  return {followed ? AnswerKind::elsewhere : AnswerKind::answered, target};
}

// An endpoint's label in front of a service with external addresses is not looked at, as in
// CoreDNS: some use it as a wildcard.
Finding ExternalAnswerer::places(const Builder& builder,
                                 const ParsedName& name,
                                 const ServiceSpec& spec) const {
  if (name.kind == NameKind::dotted) return {};
  const auto wanted = [&name](const SlicePort& port) { return matches(name, port); };
  if (std::none_of(spec.ports.begin(), spec.ports.end(), wanted)) return {};
  switch (builder.query().type()) {
    case dns::Type::A:
    case dns::Type::AAAA:
    case dns::Type::CNAME:
      return addresses(builder, *spec.external);
    case dns::Type::SRV:
      return ports(builder, name, spec);
    default:
      return {AnswerKind::no_data, {}};
  }
}

// BEYOND CoreDNS, which gives a CNAME for each load balancer's name: beside a CNAME there may be
// nothing else (RFC 1034 section 3.6.2). So addresses win, and then the first name.
Finding ExternalAnswerer::addresses(const Builder& builder, const ExternalPlaces& places) const {
  Query& query = builder.query();
  const std::size_t size = builder.wants_v4() ? 4 : builder.wants_v6() ? 16 : 0;
  for (const Address& ip : places.ips) {
    if (ip.size == size) builder.address(dns::Section::answer, query.name(), ip.span());
  }
  if (!query.response().answer().empty()) return {AnswerKind::answered, {}};
  if (!places.ips.empty()) return {AnswerKind::no_data, {}};
  return alias(builder, places.hosts.front());
}

Finding ExternalAnswerer::ports(const Builder& builder,
                                const ParsedName& name,
                                const ServiceSpec& spec) const {
  Query& query = builder.query();
  const ExternalPlaces& places = *spec.external;
  const auto ports = std::count_if(spec.ports.begin(), spec.ports.end(),
                                   [&name](const SlicePort& port) { return matches(name, port); });
  const std::uint16_t weight =
      srv_weight(static_cast<std::size_t>(ports) * (places.ips.size() + places.hosts.size()));
  const dns::NameView own = builder.service_name({}, name.service_key);
  for (const SlicePort& port : spec.ports) {
    if (port.number < 0 || !matches(name, port)) continue;
    const auto number = static_cast<std::uint16_t>(port.number);
    if (!places.ips.empty()) builder.srv(query.name(), weight, number, own);
    for (const dns::Name& host : places.hosts) builder.srv(query.name(), weight, number, host);
  }
  drop_repeated(query.response(), dns::Section::answer);
  if (query.response().answer().empty()) return {AnswerKind::no_data, {}};
  for (const Address& ip : places.ips) builder.address(dns::Section::additional, own, ip.span());
  if (places.hosts.empty()) return {AnswerKind::answered, {}};
  return {AnswerKind::elsewhere, copy_of(places.hosts.front(), query)};
}

// BEYOND CoreDNS: namespaces that are not shown are not shown here either, and another type at a
// name that is there is no name error.
AnswerKind ExternalAnswerer::reverse(Query& query, const ExternalZone& zone) const {
  const auto address = dns::parse_reverse(query.name());
  if (!address) return AnswerKind::name_error;
  const ServicesByAddress* found =
      store().by_external_ip.find({address->bytes.data(), address->size});
  if (found == nullptr) return AnswerKind::name_error;
  ZoneForm form = form_of(zone);
  form.ttl = zone.address_ttl;
  const Builder builder(query, form);
  for (const ServiceEntry* entry : found->services) {
    if (!answerer_->exposed(entry->namespace_key())) continue;
    const dns::NameView target = builder.service_name({}, entry->key());
    builder.pointer(dns::Section::answer, query.name(), dns::Type::PTR, target);
  }
  if (query.response().answer().empty()) return AnswerKind::name_error;
  if (query.type() == dns::Type::PTR) return AnswerKind::answered;
  query.response().shrink(dns::Section::answer, 0);
  return AnswerKind::no_data;
}

// Only addresses are told, so namespaces that are not shown count as well.
void ExternalAnswerer::name_server(dns::Response& response,
                                   dns::Section section,
                                   dns::NameView owner,
                                   const ExternalZone& zone) const {
  const RecordBuilder builder(response, form_of(zone));
  const auto add = [&](Bytes address) { builder.address(section, owner, address); };
  bool found = false;
  for (const Address& local : answerer_->settings().local_addresses) {
    for (const ServiceEntry* entry : store().by_endpoint.at(local.span())) {
      const ServiceState* state = entry->state();
      if (state == nullptr || !state->spec) continue;
      found = true;
      each_server_address(*state, zone.headless, add);
    }
  }
  if (!found) {
    for (const Address& local : answerer_->settings().local_addresses) add(local.span());
  }
  drop_repeated(response, section);
}

std::unique_ptr<ZoneCursor> ExternalAnswerer::services(const ExternalZone& zone) const {
  const bool headless = zone.headless == HeadlessServices::shown;
  const ServiceView view = headless ? ServiceView::external_with_headless : ServiceView::external;
  return std::make_unique<ServiceCursor>(*answerer_, form_of(zone), view);
}

}  // namespace catena::kubernetes::k8s_external
