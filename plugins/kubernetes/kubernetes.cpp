// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/kubernetes.hpp"

#include "plugins/kubernetes/answer/transfer.hpp"

namespace catena::kubernetes {

Kubernetes::Kubernetes(Config config,
                       std::shared_ptr<Cluster> cluster,
                       api::ApiClient::Settings settings)
    : config_(std::move(config)),
      cluster_(std::move(cluster)),
      settings_(std::move(settings)),
      answerer_(config_.answers, cluster_->store()),
      metadata_(config_.answers, cluster_->store()),
      search_path_(config_.answers, cluster_->store(), config_.host_search),
      other_domain_(config_.answers.zones, cluster_->store(), cluster_->log(), cluster_->metrics()),
      external_(answerer_) {}

Reply Kubernetes::serve(Query& query, Next next) const {
  const dns::Name* zone = config_.answers.zones.match(query.name());
  if (zone == nullptr) {
    other_domain_.look(query);
    return next(query);
  }
  // The plugin transfer, further up, deals with transfers where it is configured.
  if (query.type() == dns::Type::AXFR || query.type() == dns::Type::IXFR) {
    return query.fail(dns::Rcode::Refused);
  }
  query.basis().add(version());
  const Finding finding = answerer_.answer(query, *zone);
  switch (finding.verdict) {
    case Verdict::answered:
      return Outcome::respond;
    case Verdict::elsewhere:
      return follow(query, *zone, finding.target);
    case Verdict::name_error:
      return deny(query, next, *zone);
    case Verdict::no_data:
      break;
  }
  answerer_.deny(query, *zone);
  return Outcome::respond;
}

// Falling through comes first, also while the cluster is not known yet.
Reply Kubernetes::deny(Query& query, Next next, dns::NameView zone) const {
  if (config_.fallthrough.through(query.name())) {
    query.retract();
    return next(query);
  }
  // What a snapshot does not hold may be new since.
  const bool known = cluster_->store().synced();
  query.response().rcode = known ? dns::Rcode::NXDomain : dns::Rcode::ServFail;
  answerer_.deny(query, zone);
  return Outcome::respond;
}

// Any message about the target will do, also one that denies it; none at all makes it an empty
// answer.
asio::awaitable<Outcome> Kubernetes::follow(Query& query,
                                            dns::NameView zone,
                                            dns::NameView target) const {
  // The CNAME points into the store, which may change while this waits.
  dns::Response& response = query.response();
  if (!response.own()) co_return query.fail(dns::Rcode::ServFail, "no room for an answer");
  dns::Response found(query.arena());
  const dns::Question question{target, query.type(), query.qclass()};
  const Outcome outcome = co_await query.engine().ask(query, question, found);
  if (outcome == Outcome::drop) {
    response.shrink(dns::Section::answer, 0);
    answerer_.deny(query, zone);
    co_return Outcome::respond;
  }
  for (const dns::Record& record : found.answer()) response.add(dns::Section::answer, record);
  if (found.flags.has(dns::Flags::kTC)) response.flags.set(dns::Flags::kTC);
  co_return Outcome::respond;
}

bool Kubernetes::holds(dns::NameView zone) const {
  const dns::Name* found = config_.answers.zones.match(zone);
  return found != nullptr && *found == zone && !dns::is_reverse_zone(zone) &&
         !config_.answers.multicluster.contains(zone);
}

std::unique_ptr<ZoneCursor> Kubernetes::open(dns::NameView zone) const {
  if (!ready()) return nullptr;
  const std::uint32_t ttl = config_.answers.ttl;
  const ZoneForm form{.zone = *config_.answers.zones.match(zone), .ttl = ttl, .address_ttl = ttl};
  return std::make_unique<ClusterZoneCursor>(answerer_, form);
}

std::uint32_t Kubernetes::serial(HeadlessServices headless) const {
  return external_.serial(headless).load(std::memory_order_relaxed);
}

std::uint32_t Kubernetes::hand_out_serial(HeadlessServices headless) const {
  return cluster_->store().hand_out(external_.serial(headless));
}

ExternalFinding Kubernetes::answer(Query& query, const ExternalZone& zone) const {
  return external_.answer(query, zone);
}

ExternalVerdict Kubernetes::reverse(Query& query, const ExternalZone& zone) const {
  return external_.reverse(query, zone);
}

void Kubernetes::name_server(dns::Response& response,
                             dns::Section section,
                             dns::NameView owner,
                             const ExternalZone& zone) const {
  external_.name_server(response, section, owner, zone);
}

std::unique_ptr<ZoneCursor> Kubernetes::services(const ExternalZone& zone) const {
  return external_.services(zone);
}

void Kubernetes::start() { cluster_->start(config_.identities); }
void Kubernetes::stop() { cluster_->stop(config_.identities); }

// The texts and their intervals are CoreDNS's.
bool Kubernetes::prepared(Duration waited) {
  constexpr auto kSay = std::chrono::milliseconds(500);
  if (cluster_->usable()) return true;
  const Log& log = cluster_->log();
  if (waited >= config_.startup_timeout) {
    log.warning("starting server with unsynced Kubernetes API");
    log.warning("not known yet: {}", cluster_->unsynced());
    return true;
  }
  if (waited - said_ >= kSay) {
    log.info("waiting for Kubernetes API before starting server");
    said_ = waited;
  }
  return false;
}

void Kubernetes::take_over() noexcept {
  if (settings_) cluster_->take_up(std::move(*settings_));
  settings_.reset();
}

}  // namespace catena::kubernetes
