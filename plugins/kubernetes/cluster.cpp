// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/cluster.hpp"

#include "core/plugin/setup.hpp"

#include "plugins/kubernetes/answer/shown.hpp"
#include "plugins/kubernetes/snapshot/snapshots.hpp"
#include "plugins/kubernetes/store/import_sinks.hpp"

namespace catena::kubernetes {

struct Cluster::State {
  State(const WatchOptions& options, const Process& process)
      : log(process.log.for_plugin("kubernetes")),
        store(process.epoch),
        context{store,           process.epoch, process.clock,         log,
                process.metrics, shown_records, options.endpoint_names},
        services(context),
        namespaces(context) {
    store.unsynced = 2;
    if (options.endpoints) slices = std::make_unique<SliceSink>(context), ++store.unsynced;
    if (options.pods) pods = std::make_unique<PodSink>(context), ++store.unsynced;
    if (!options.imports) return;
    imports = std::make_unique<ImportSink>(context);
    import_slices = std::make_unique<ImportSliceSink>(context);
    store.unsynced += 2;
  }

  api::Sinks sinks() {
    return {&services, slices.get(), pods.get(), &namespaces, imports.get(), import_slices.get()};
  }
  void keep_snapshots(std::string path, std::string key);
  void keep_identities(bool kept);

  Log log;
  Store store;
  WriterContext context;
  ServiceSink services;
  NamespaceSink namespaces;
  std::unique_ptr<SliceSink> slices;
  std::unique_ptr<PodSink> pods;
  std::unique_ptr<ImportSink> imports;
  std::unique_ptr<ImportSliceSink> import_slices;
  std::unique_ptr<snapshot::Snapshots> snapshots;  ///< Null without the option.
  std::unique_ptr<api::ApiClient> client;
  int users = 0;
  int identity_users = 0;  ///< Of them, those who want identities.
};

namespace {

/// In words: the key of a snapshot.
std::string contents_key(const ClusterIdentity& identity) {
  const bool by_pod = identity.endpoint_names == EndpointNames::by_pod;
  const std::string_view endpoints = by_pod ? "by pod" : "by address";
  return fmt::format("{} (labels '{}', namespace_labels '{}', endpoints {}, pods {}, imports {})",
                     identity.server, identity.labels, identity.namespace_labels,
                     identity.endpoints ? endpoints : "none", identity.pods ? "all" : "none",
                     identity.imports ? "all" : "none");
}

api::Limits limits_of(const WatchOptions& options) {
  return {options.queries_per_second, options.burst, options.max_inflight};
}

}  // namespace

ClusterIdentity identity_of(const api::ApiServer& server, const WatchOptions& options) {
  return {.server = server.url(),
          .labels = options.labels,
          .namespace_labels = options.namespace_labels,
          .endpoint_names = options.endpoint_names,
          .endpoints = options.endpoints,
          .pods = options.pods,
          .imports = options.imports,
          .snapshot = options.snapshot};
}

void Cluster::State::keep_snapshots(std::string path, std::string key) {
  using snapshot::Kind;
  snapshot::Snapshots::Parts parts{{{Kind::services, &services}, {Kind::namespaces, &namespaces}},
                                   sinks()};
  if (slices) parts.sources.emplace_back(Kind::slices, slices.get());
  if (pods) parts.sources.emplace_back(Kind::pods, pods.get());
  if (imports) {
    parts.sources.emplace_back(Kind::imports, imports.get());
    parts.sources.emplace_back(Kind::import_slices, import_slices.get());
  }
  snapshots = std::make_unique<snapshot::Snapshots>(
      snapshot::Snapshots::Config{std::move(path), std::move(key)}, std::move(parts), context);
}

Result<std::shared_ptr<Cluster>> Cluster::make(api::ApiServer server,
                                               const WatchOptions& options,
                                               const Process& process,
                                               std::unique_ptr<api::ApiLoop> loop) {
  auto state = std::make_unique<State>(options, process);
  if (!options.snapshot.empty()) {
    state->keep_snapshots(options.snapshot, contents_key(identity_of(server, options)));
  }
  api::ApiClient::Config config{
      std::move(server), {options.labels, options.namespace_labels}, limits_of(options)};
  if (state->snapshots) {
    config.tick = [snapshots = state->snapshots.get()] { snapshots->tick(); };
    config.tick_interval = snapshot::Snapshots::kInterval;
  }
  auto client = api::ApiClient::make(std::move(config), state->sinks(), std::move(loop), state->log,
                                     process.metrics, process.clock);
  if (!client) return client.error();
  state->client = std::move(*client);
  return std::shared_ptr<Cluster>(new Cluster(std::move(state)));
}

Cluster::Cluster(std::unique_ptr<State> state) : state_(std::move(state)) {}
Cluster::~Cluster() { state_->client->stop(); }

const Store& Cluster::store() const { return state_->store; }
const Log& Cluster::log() const { return state_->log; }
metrics::Registry& Cluster::metrics() const { return state_->context.metrics; }

bool Cluster::usable() const {
  return state_->store.synced() || (state_->snapshots && state_->snapshots->serving());
}

void Cluster::start(Identities identities) {
  State& s = *state_;
  const bool first = s.users++ == 0;
  const bool wanted = identities == Identities::wanted && s.identity_users++ == 0;
  if (!first) {
    if (wanted) s.keep_identities(true);
    return;
  }
  s.context.identities = wanted;
  if (s.snapshots) s.snapshots->start();
  s.client->start();
}

// What is there has to be told once more.
void Cluster::State::keep_identities(bool kept) {
  client->relist(api::Kind::pods, [this, kept] { context.identities = kept; });
}

Result<api::ApiClient::Settings> Cluster::prepare(api::ApiServer server,
                                                  const WatchOptions& options) const {
  return state_->client->prepare(std::move(server), limits_of(options));
}

void Cluster::take_up(api::ApiClient::Settings settings) {
  state_->client->take_up(std::move(settings));
}

std::string Cluster::unsynced() const { return state_->client->unsynced(); }

void Cluster::stop(Identities identities) {
  State& s = *state_;
  const bool unwanted = identities == Identities::wanted && --s.identity_users == 0;
  if (--s.users != 0) {
    if (unwanted) s.keep_identities(false);
    return;
  }
  s.client->stop();
  if (s.snapshots) s.snapshots->finish();
}

}  // namespace catena::kubernetes
