// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/cluster.hpp"

#include "core/plugin/setup.hpp"

#include "plugins/kubernetes/options.hpp"
#include "plugins/kubernetes/snapshot/snapshots.hpp"
#include "plugins/kubernetes/store/import_sinks.hpp"

#include <thread>

namespace catena::kubernetes {

struct Cluster::State {
  State(const WatchOptions& options, const Process& process)
      : log(process.log.for_plugin("kubernetes")),
        store(process.epoch),
        context{store,           process.epoch,          process.clock,     log,
                process.metrics, options.endpoint_names, options.identities},
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
};

namespace {

/// All that decides what is in the store, in words: the key of a snapshot. Who we are and how much
/// we may ask is not in it.
std::string contents_key(const api::ApiServer& server, const WatchOptions& options) {
  const bool by_pod = options.endpoint_names == EndpointNames::by_pod;
  const std::string_view endpoints = by_pod ? "by pod" : "by address";
  return fmt::format("{} (labels '{}', namespace_labels '{}', endpoints {}, pods {}, imports {})",
                     server.url(), options.labels, options.namespace_labels,
                     options.endpoints ? endpoints : "none", options.pods ? "all" : "none",
                     options.imports ? "all" : "none");
}

}  // namespace

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
                                               const Process& process) {
  auto state = std::make_unique<State>(options, process);
  if (!options.snapshot.empty()) {
    state->keep_snapshots(options.snapshot, contents_key(server, options));
  }
  api::ApiClient::Config config{std::move(server),
                                {options.labels, options.namespace_labels},
                                {options.queries_per_second, options.burst, options.max_inflight}};
  if (state->snapshots) {
    config.tick = [snapshots = state->snapshots.get()] { snapshots->tick(); };
    config.tick_interval = snapshot::Snapshots::kInterval;
  }
  auto client = api::ApiClient::make(std::move(config), state->sinks(), state->log, process.metrics,
                                     process.clock);
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

// The texts and their intervals are CoreDNS's.
void Cluster::start(Duration timeout) {
  constexpr auto kPoll = std::chrono::milliseconds(10);
  constexpr auto kSay = std::chrono::milliseconds(500);
  if (state_->users++ == 0) {
    if (state_->snapshots) state_->snapshots->start();
    state_->client->start();
  }
  const auto begin = std::chrono::steady_clock::now();
  auto said = begin;
  while (!usable()) {
    const auto now = std::chrono::steady_clock::now();
    if (now - begin >= timeout) {
      state_->log.warning("starting server with unsynced Kubernetes API");
      return state_->log.warning("not known yet: {}", state_->client->unsynced());
    }
    if (now - said >= kSay) {
      state_->log.info("waiting for Kubernetes API before starting server");
      said = now;
    }
    std::this_thread::sleep_for(kPoll);
  }
}

void Cluster::stop() {
  if (--state_->users != 0) return;
  state_->client->stop();
  if (state_->snapshots) state_->snapshots->finish();
}

}  // namespace catena::kubernetes
