// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/cluster.hpp"

#include "core/plugin/setup.hpp"

#include "plugins/kubernetes/options.hpp"
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

  Log log;
  Store store;
  WriterContext context;
  ServiceSink services;
  NamespaceSink namespaces;
  std::unique_ptr<SliceSink> slices;
  std::unique_ptr<PodSink> pods;
  std::unique_ptr<ImportSink> imports;
  std::unique_ptr<ImportSliceSink> import_slices;
  std::unique_ptr<api::ApiClient> client;
  int users = 0;
};

Result<std::shared_ptr<Cluster>> Cluster::make(api::ApiServer server,
                                               const WatchOptions& options,
                                               const Process& process) {
  auto state = std::make_unique<State>(options, process);
  api::ApiClient::Config config{std::move(server),
                                {options.labels, options.namespace_labels},
                                {options.queries_per_second, options.burst, options.max_inflight}};
  auto client = api::ApiClient::make(std::move(config), state->sinks(), state->log, process.metrics,
                                     process.clock);
  if (!client) return client.error();
  state->client = std::move(*client);
  return std::shared_ptr<Cluster>(new Cluster(std::move(state)));
}

Cluster::Cluster(std::unique_ptr<State> state) : state_(std::move(state)) {}
Cluster::~Cluster() { state_->client->stop(); }

const Store& Cluster::store() const { return state_->store; }

// The texts and their intervals are CoreDNS's (kubernetes.md section 10).
void Cluster::start(Duration timeout) {
  constexpr auto kPoll = std::chrono::milliseconds(10);
  constexpr auto kSay = std::chrono::milliseconds(500);
  if (state_->users++ == 0) state_->client->start();
  const auto begin = std::chrono::steady_clock::now();
  auto said = begin;
  while (!state_->store.synced()) {
    const auto now = std::chrono::steady_clock::now();
    if (now - begin >= timeout) {
      return state_->log.warning("starting server with unsynced Kubernetes API");
    }
    if (now - said >= kSay) {
      state_->log.info("waiting for Kubernetes API before starting server");
      said = now;
    }
    std::this_thread::sleep_for(kPoll);
  }
}

void Cluster::stop() {
  if (--state_->users == 0) state_->client->stop();
}

}  // namespace catena::kubernetes
