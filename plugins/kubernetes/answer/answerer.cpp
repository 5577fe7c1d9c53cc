// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/answer/answerer.hpp"

#include "plugins/kubernetes/answer/endpoints.hpp"

#include <algorithm>

namespace catena::kubernetes {

namespace {

const ServiceState* state_in(const HashIndex<ServiceEntry>& services, Key service_key) {
  const ServiceEntry* entry = services.find(service_key);
  const ServiceState* state = entry == nullptr ? nullptr : entry->state();
  return state != nullptr && state->spec ? state : nullptr;
}

}  // namespace

void drop_repeated(dns::Response& response, dns::Section section) {
  const std::span<dns::Record> records = response.records(section);
  const auto less = [](const dns::Record& a, const dns::Record& b) {
    const int owners =
        std::memcmp(a.owner.data(), b.owner.data(), std::min(a.owner.size(), b.owner.size()));
    if (owners != 0 || a.owner.size() != b.owner.size()) {
      return owners != 0 ? owners < 0 : a.owner.size() < b.owner.size();
    }
    return std::lexicographical_compare(a.rdata.begin(), a.rdata.end(), b.rdata.begin(),
                                        b.rdata.end());
  };
  const auto same = [&less](const dns::Record& a, const dns::Record& b) {
    return !less(a, b) && !less(b, a);
  };
  if (records.size() < 2) return;
  std::sort(records.begin(), records.end(), less);
  const auto end = std::unique(records.begin(), records.end(), same);
  response.shrink(section, static_cast<std::size_t>(end - records.begin()));
}

Finding Answerer::answer(Query& query, dns::NameView zone) const {
  const dns::NameView spelled = query.name().last(zone.label_count());
  const Builder builder(query, spelled, settings_->ttl);
  const ParsedName name(query.name(), zone, settings_->grammar(zone));
  query.respond();
  if (name.kind == NameKind::apex || name.kind == NameKind::version ||
      name.kind == NameKind::dns_node || name.kind == NameKind::name_server) {
    return {special(builder, name), {}};
  }
  if (is_reverse_zone(zone)) return {reverse(builder), {}};
  switch (name.kind) {
    case NameKind::kind_node:
      return {Verdict::no_data, {}};
    case NameKind::service_namespace:
      return {exposed(name.namespace_key) ? Verdict::no_data : Verdict::name_error, {}};
    case NameKind::pod_namespace:
    case NameKind::pod:
      return {pod(builder, name, query.name()), {}};
    case NameKind::malformed:
      return {Verdict::name_error, {}};
    default:
      return service(builder, name, query.name());
  }
}

void Answerer::deny(Query& query, dns::NameView zone) const {
  const dns::NameView spelled = query.name().last(zone.label_count());
  const Builder builder(query, spelled, settings_->ttl);
  builder.soa(dns::Section::authority, serial(zone));
}

// The same in every answer about a zone.
std::uint32_t Answerer::serial(dns::NameView zone) const {
  const bool imports = settings_->multicluster.contains(zone);
  return (imports ? store_->import_serial : store_->serial).load(std::memory_order_relaxed);
}

Verdict Answerer::special(const Builder& builder, const ParsedName& name) const {
  const dns::Type type = builder.query().type();
  switch (name.kind) {
    case NameKind::apex:
      return apex(builder);
    case NameKind::version:
      if (type != dns::Type::TXT) return Verdict::no_data;
      builder.version(builder.query().name());
      return Verdict::answered;
    case NameKind::name_server:
      return name_server_addresses(builder);
    default:
      return Verdict::no_data;
  }
}

bool Answerer::exposed(Key namespace_key) const {
  const auto is_it = [namespace_key](const std::string& wire) {
    return std::equal(namespace_key.begin(), namespace_key.end(), wire.begin(), wire.end(),
                      [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); });
  };
  const auto& listed = settings_->namespaces;
  if (!listed.empty() && std::none_of(listed.begin(), listed.end(), is_it)) return false;
  return store_->namespaces.find(namespace_key) != nullptr;
}

// A multicluster zone has imports only, never this cluster's own services.
const ServiceState* Answerer::find(const ParsedName& name) const {
  const bool imports = name.grammar == Grammar::multicluster;
  return state_in(imports ? store_->imports : store_->services, name.service_key);
}

const ServiceState* Answerer::find(Key service_key) const {
  return state_in(store_->services, service_key);
}

bool Answerer::ignores(const ServiceState& state) const {
  return settings_->ignore_empty_service && state.spec->kind == ServiceKind::cluster_ip &&
         !state.has_endpoints();
}

Finding Answerer::service(const Builder& builder,
                          const ParsedName& name,
                          dns::NameView owner) const {
  const ServiceState* state = exposed(name.namespace_key) ? find(name) : nullptr;
  if (state == nullptr) return {Verdict::name_error, {}};
  const ServiceSpec& spec = *state->spec;
  const bool zonal = name.kind == NameKind::zonal_pin || name.kind == NameKind::zonal_prefer;
  switch (spec.kind) {
    case ServiceKind::unresolvable:
      return {Verdict::name_error, {}};
    case ServiceKind::external_name:
      return external(builder, name, owner, spec);
    case ServiceKind::headless:
      return {answer_endpoints(builder, name, owner, *state), {}};
    case ServiceKind::cluster_ip:
      break;
  }
  if (zonal || ignores(*state)) return {Verdict::name_error, {}};
  if (name.kind == NameKind::endpoint) return {answer_endpoints(builder, name, owner, *state), {}};
  return {answer_cluster_ips(builder, name, owner, spec), {}};
}

// BEYOND CoreDNS: other types get the CNAME as well (RFC 1034 section 3.6.2), not an empty answer
// that resolvers would take for a denial of the name's addresses too.
Finding Answerer::external(const Builder& builder,
                           const ParsedName& name,
                           dns::NameView owner,
                           const ServiceSpec& spec) const {
  if (name.kind != NameKind::service) return {Verdict::name_error, {}};
  const dns::NameView target(builder.query().arena().copy(spec.external_name.view().bytes()));
  builder.pointer(dns::Section::answer, owner, dns::Type::CNAME, target);
  if (!builder.wants_v4() && !builder.wants_v6()) return {Verdict::answered, {}};
  return chase(builder, target);
}

// A target inside the plugin's zones is resolved here; if nothing is found its CNAME is withheld.
Finding Answerer::chase(const Builder& builder, dns::NameView target) const {
  constexpr std::size_t kLongestChain = 10;
  dns::Response& response = builder.query().response();
  const dns::Name* zone = settings_->zones.match(target);
  if (zone == nullptr) return {Verdict::elsewhere, target};
  const bool loop = target.is_in(builder.query().name());
  if (!loop && response.answer().size() <= kLongestChain && !is_reverse_zone(*zone)) {
    const ParsedName name(target, *zone, settings_->grammar(*zone));
    const std::size_t before = response.answer().size();
    const Builder there(builder.query(), target.last(zone->view().label_count()), settings_->ttl);
    Finding found;
    if (!name.service_key.empty()) found = service(there, name, target);
    if (name.kind == NameKind::pod) found.verdict = pod(there, name, target);
    if (found.verdict == Verdict::elsewhere) return found;
    if (found.verdict == Verdict::answered && response.answer().size() > before) return found;
  }
  response.shrink(dns::Section::answer, 0);
  return {Verdict::no_data, {}};
}

}  // namespace catena::kubernetes
