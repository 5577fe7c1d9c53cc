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
      aliases_("kubernetes", cluster_->metrics()) {
  if (config_.answers.zonal) cluster_->store().zonal.store(true, std::memory_order_relaxed);
}

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
  query.basis().add(cluster_->store().data.version());
  const Finding finding = answerer_.answer(query, *zone);
  switch (finding.kind) {
    case AnswerKind::answered:
      return Outcome::respond;
    case AnswerKind::elsewhere:
      return aliases_.follow(query, finding.target);
    case AnswerKind::nowhere:
      return aliases_.give_up(query, finding.target, "it leads nowhere");
    case AnswerKind::name_error:
      return finding.target.is_root() ? deny(query, next) : deny_target(query, finding.target);
    case AnswerKind::no_data:
      break;
  }
  answerer_.deny(query, finding.target.is_root() ? query.name() : finding.target);
  return Outcome::respond;
}

// Falling through comes first, also while the cluster is not known yet.
Reply Kubernetes::deny(Query& query, Next next) const {
  if (config_.fallthrough.through(query.name())) {
    query.retract();
    return next(query);
  }
  // What a snapshot does not hold may be new since.
  const bool known = cluster_->store().synced();
  query.response().rcode = known ? dns::Rcode::NXDomain : dns::Rcode::ServFail;
  answerer_.deny(query, query.name());
  return Outcome::respond;
}

// The same at the end of an alias, which stays in the answer.
Reply Kubernetes::deny_target(Query& query, dns::NameView target) const {
  if (config_.fallthrough.through(target)) return aliases_.follow(query, target);
  if (!cluster_->store().synced()) {
    return aliases_.give_up(query, target, "the cluster is not known yet");
  }
  query.response().rcode = dns::Rcode::NXDomain;
  answerer_.deny(query, target);
  return Outcome::respond;
}

bool Kubernetes::holds(dns::NameView zone) const {
  const dns::Name* found = config_.answers.zones.match(zone);
  return found != nullptr && *found == zone && !dns::is_reverse_zone(zone);
}

std::unique_ptr<ZoneCursor> Kubernetes::open(dns::NameView zone) const {
  if (!usable()) return nullptr;
  const std::uint32_t ttl = config_.answers.ttl;
  const ZoneForm form{.zone = *config_.answers.zones.match(zone), .ttl = ttl, .address_ttl = ttl};
  return std::make_unique<ClusterZoneCursor>(answerer_, form);
}

void Kubernetes::start() { cluster_->start(config_.identities); }
void Kubernetes::stop() { cluster_->stop(config_.identities); }

// The texts and their intervals are CoreDNS's.
bool Kubernetes::prepared(Duration waited) {
  constexpr auto kSay = std::chrono::milliseconds(500);
  if (usable()) return true;
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
