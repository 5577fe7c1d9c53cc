// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/answer/answerer.hpp"

#include "core/plugin/engine.hpp"

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

Finding Answerer::answer(Query& query, dns::NameView zone) const {
  query.respond();
  const Builder builder(query, query.name().last(zone.label_count()), settings_->ttl);
  return at(builder, query.name(), zone);
}

// The query's own name, or where an alias leads: all there is may be an alias's target.
Finding Answerer::at(const Builder& builder, dns::NameView owner, dns::NameView zone) const {
  const ParsedName name(owner, zone, settings_->grammar(zone));
  if (name.kind == NameKind::apex || name.kind == NameKind::version ||
      name.kind == NameKind::dns_node || name.kind == NameKind::name_server) {
    return {special(builder, name, owner), {}};
  }
  if (is_reverse_zone(zone)) return {reverse(builder, owner), {}};
  switch (name.kind) {
    case NameKind::kind_node:
      return {AnswerKind::no_data, {}};
    case NameKind::service_namespace:
      return {exposed(name.namespace_key) ? AnswerKind::no_data : AnswerKind::name_error, {}};
    case NameKind::pod_namespace:
    case NameKind::pod:
      return {pod(builder, name, owner), {}};
    case NameKind::malformed:
      return {AnswerKind::name_error, {}};
    default:
      return service(builder, name, owner);
  }
}

void Answerer::deny(Query& query, dns::NameView name) const {
  const dns::NameView zone = *settings_->zones.match(name);
  const Builder builder(query, name.last(zone.label_count()), settings_->ttl);
  builder.soa(dns::Section::authority, serial(zone).load(std::memory_order_relaxed));
}

const std::atomic<std::uint32_t>& Answerer::serial(dns::NameView zone) const {
  return settings_->multicluster.contains(zone) ? store_->import_serial : store_->serial;
}

AnswerKind Answerer::special(const Builder& builder,
                             const ParsedName& name,
                             dns::NameView owner) const {
  const dns::Type type = builder.query().type();
  switch (name.kind) {
    case NameKind::apex:
      return apex(builder);
    case NameKind::version:
      if (type != dns::Type::TXT) return AnswerKind::no_data;
      builder.version(owner);
      return AnswerKind::answered;
    case NameKind::name_server:
      return name_server(builder, owner);
    default:
      return AnswerKind::no_data;
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
  return imports ? find_import(name.service_key) : find(name.service_key);
}

const ServiceState* Answerer::find(Key service_key) const {
  return state_in(store_->services, service_key);
}

const ServiceState* Answerer::find_import(Key service_key) const {
  return state_in(store_->imports, service_key);
}

bool Answerer::ignores(const ServiceState& state) const {
  return settings_->ignore_empty_service && state.spec->kind == ServiceKind::cluster_ip &&
         !state.has_endpoints();
}

Finding Answerer::service(const Builder& builder,
                          const ParsedName& name,
                          dns::NameView owner) const {
  const ServiceState* state = exposed(name.namespace_key) ? find(name) : nullptr;
  if (state == nullptr) return {};
  switch (state->spec->kind) {
    case ServiceKind::unresolvable:
      return {};
    case ServiceKind::external_name:
      if (!is_of_service(name)) return {};
      return alias(builder, owner, state->spec->external_name.view());
    case ServiceKind::headless:
      return given(builder, owner, answer_endpoints(builder, name, owner, *state));
    case ServiceKind::cluster_ip:
      break;
  }
  const bool zonal = name.kind == NameKind::zonal_pin || name.kind == NameKind::zonal_prefer;
  if (zonal || ignores(*state)) return {};
  if (name.kind == NameKind::service || name.kind == NameKind::port) {
    const AnswerKind kind = answer_cluster_ips(builder, name, owner, *state->spec);
    if (kind != AnswerKind::name_error || name.kind == NameKind::service) return {kind, {}};
  }
  return given(builder, owner, answer_endpoint(builder, name, owner, *state));
}

// Endpoints that have a name instead of addresses.
Finding Answerer::given(const Builder& builder, dns::NameView owner, const Finding& found) const {
  return found.kind == AnswerKind::elsewhere ? alias(builder, owner, found.target) : found;
}

// BEYOND CoreDNS: other types get the CNAME as well (RFC 1034 section 3.6.2), not an empty answer
// that resolvers would take for a denial of the name's addresses too.
Finding Answerer::alias(const Builder& builder, dns::NameView owner, dns::NameView stored) const {
  Query& query = builder.query();
  const dns::NameView target(query.arena().copy(stored.bytes()));
  if (target.is_root()) return {};
  builder.pointer(dns::Section::answer, owner, dns::Type::CNAME, target);
  if (!builder.wants_v4() && !builder.wants_v6()) return {AnswerKind::answered, {}};
  return chase(query, target);
}

// BEYOND CoreDNS, which withholds the CNAME where nothing is found here, and asks nobody else.
Finding Answerer::chase(Query& query, dns::NameView target) const {
  constexpr std::size_t kLongestChain = 10;
  const dns::Name* zone = settings_->zones.match(target);
  const dns::Question question{target, query.type(), query.qclass()};
  if (zone == nullptr || !query.engine().leads_here(query, question)) {
    return {AnswerKind::elsewhere, target};
  }
  const auto answer = query.response().answer();
  const auto is_target = [target](const dns::Record& alias) { return alias.owner == target; };
  if (answer.size() > kLongestChain || std::any_of(answer.begin(), answer.end(), is_target)) {
    return {AnswerKind::nowhere, target};
  }
  const Builder there(query, target.last(zone->view().label_count()), settings_->ttl);
  Finding found = at(there, target, *zone);
  if (found.target.is_root()) found.target = target;
  return found;
}

}  // namespace catena::kubernetes
