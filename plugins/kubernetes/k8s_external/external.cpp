// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/k8s_external/external.hpp"

#include "plugins/kubernetes/k8s_external/cursor.hpp"

#include <algorithm>

namespace catena::kubernetes::k8s_external {
namespace {

/// The zone as the query spells it.
dns::NameView spelled(const Query& query, const Zone& zone) {
  return query.name().last(zone.name().label_count());
}

// The name server has addresses of both families.
void keep_type(dns::Response& response, dns::Type type) {
  const std::span<dns::Record> records = response.answer();
  const auto end = std::remove_if(records.begin(), records.end(),
                                  [type](const dns::Record& r) { return r.type != type; });
  response.shrink(dns::Section::answer, static_cast<std::size_t>(end - records.begin()));
}

// CNAME records on the way have come with the addresses of the other family.
void add_found(dns::Response& response, dns::Type type, const dns::Response& found) {
  for (const dns::Record& record : found.answer()) {
    if (type == dns::Type::AAAA && record.type == dns::Type::CNAME) continue;
    response.add_copies(dns::Section::additional, {&record, 1});
  }
  if (found.flags.has(dns::Flags::kTC)) response.flags.set(dns::Flags::kTC);
}

}  // namespace

External::External(Settings settings, metrics::Registry& metrics)
    : settings_(std::move(settings)), aliases_("k8s_external", metrics) {
  for (const dns::Name& name : settings_.zones.names()) {
    zones_.emplace_back(name, settings_.apex, settings_.ttl);
  }
}

std::string External::assembled(const Chain& chain) {
  const auto found = chain.with<KnowsCluster>();
  if (found.empty()) return "kubernetes plugin not loaded";
  cluster_ = found.front();
  services_.emplace(cluster_->answerer());
  return {};
}

const Zone* External::zone_of(dns::NameView name) const {
  const dns::Name* match = settings_.zones.match(name);
  if (match == nullptr) return nullptr;
  return &zones_[static_cast<std::size_t>(match - settings_.zones.names().data())];
}

ExternalZone External::form(dns::NameView name) const {
  return {.name = name, .address_ttl = settings_.ttl, .headless = settings_.headless};
}

Reply External::serve(Query& query, Next next) const {
  const Zone* zone = zone_of(query.name());
  if (zone == nullptr) return next(query);
  // The plugin transfer, further up, deals with transfers where it is configured.
  if (query.type() == dns::Type::AXFR || query.type() == dns::Type::IXFR) {
    return query.fail(dns::Rcode::Refused);
  }
  query.basis().add(services_->store().data.version());
  query.respond();
  if (query.name() == zone->name()) return at_apex(query, *zone);
  if (query.name().is_in(zone->apex())) return below_apex(query, *zone);
  const Finding finding = find(query, *zone);
  switch (finding.kind) {
    case AnswerKind::answered:
      return Outcome::respond;
    case AnswerKind::elsewhere:
      if (query.type() == dns::Type::SRV) return with_addresses(query, finding.target);
      return aliases_.follow(query, finding.target);
    case AnswerKind::no_data:
      return deny(query, *zone, dns::Rcode::NoError);
    case AnswerKind::name_error:
    case AnswerKind::nowhere:
      break;
  }
  if (settings_.fallthrough.through(query.name())) {
    query.retract();
    return next(query);
  }
  // As kubernetes: before the cluster is known nothing can be denied. What a snapshot does not hold
  // may be new since.
  const bool known = services_->store().synced();
  return deny(query, *zone, known ? dns::Rcode::NXDomain : dns::Rcode::ServFail);
}

// Names of services in PTR answers are below the first zone.
Finding External::find(Query& query, const Zone& zone) const {
  if (!dns::is_reverse_zone(zone.name())) {
    return services_->answer(query, form(spelled(query, zone)));
  }
  return {services_->reverse(query, form(zones_.front().name())), {}};
}

Outcome External::at_apex(Query& query, const Zone& zone) const {
  dns::Response& response = query.response();
  if (query.type() == dns::Type::SOA) {
    response.add(dns::Section::answer,
                 zone.soa(query.name(), services_->serial(settings_.headless), query.arena()));
    return Outcome::respond;
  }
  if (query.type() != dns::Type::NS) return deny(query, zone, dns::Rcode::NoError);
  response.add(dns::Section::answer, zone.ns(query.name()));
  services_->name_server(response, dns::Section::additional, zone.name_server(), form(zone.name()));
  return Outcome::respond;
}

Outcome External::below_apex(Query& query, const Zone& zone) const {
  if (query.name() == zone.apex()) return deny(query, zone, dns::Rcode::NoError);
  if (query.name() != zone.name_server()) return deny(query, zone, dns::Rcode::NXDomain);
  dns::Response& response = query.response();
  services_->name_server(response, dns::Section::answer, query.name(), form(zone.name()));
  keep_type(response, query.type());
  if (response.answer().empty()) return deny(query, zone, dns::Rcode::NoError);
  return Outcome::respond;
}

Outcome External::deny(Query& query, const Zone& zone, dns::Rcode rcode) const {
  const std::uint32_t serial = services_->serial(settings_.headless);
  query.response().rcode = rcode;
  query.response().add(dns::Section::authority,
                       zone.soa(spelled(query, zone), serial, query.arena()));
  return Outcome::respond;
}

// The load balancer's name is somebody else's: this server is asked about it as the client would.
Reply External::with_addresses(Query& query, dns::NameView target) {
  return add_addresses(query, target, dns::Type::A).then([&query, target](Outcome) {
    return add_addresses(query, target, dns::Type::AAAA);
  });
}

// No answer at all leaves the target without addresses, as in CoreDNS 1.15.
Reply External::add_addresses(Query& query, dns::NameView target, dns::Type type) {
  const dns::Question question{target, type, query.qclass()};
  return ask(query, question, Asking::question,
             [&query, type](Outcome outcome, const dns::Response& found) {
               if (outcome == Outcome::respond) add_found(query.response(), type, found);
               return Outcome::respond;
             });
}

bool External::holds(dns::NameView zone) const {
  const Zone* found = zone_of(zone);
  return found != nullptr && found->name() == zone && !dns::is_reverse_zone(zone);
}

std::unique_ptr<ZoneCursor> External::open(dns::NameView zone) const {
  if (!cluster_->usable()) return nullptr;
  const Zone& found = *zone_of(zone);
  return std::make_unique<Cursor>(found, form(found.name()), *services_);
}

}  // namespace catena::kubernetes::k8s_external
