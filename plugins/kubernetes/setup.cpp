// SPDX-License-Identifier: Apache-2.0
#include "core/config/file_system.hpp"
#include "core/plugin/resolv_conf.hpp"

#include "plugins/kubernetes/api/kubeconfig.hpp"
#include "plugins/kubernetes/options.hpp"

namespace catena::kubernetes {
namespace {

// A kubeconfig wins over `endpoint`, which wins over what a pod knows by itself; an empty
// kubeconfig falls back to that.
Result<api::ApiServer> choose_server(const AccessOptions& access, const Log& log) {
  if (access.kubeconfig) {
    auto server = api::from_kubeconfig(*access.kubeconfig, access.context);
    if (server || server.error().text != api::kEmptyKubeconfig) return server;
    auto inside = api::in_cluster(config::process_environment(), log);
    return inside ? inside : server;
  }
  if (!access.endpoint) return api::in_cluster(config::process_environment(), log);
  api::TlsSettings tls;
  tls.certificate = {access.certificate, {}, "tls certificate"};
  tls.key = {access.key, {}, "tls key"};
  tls.authorities = {access.authority, {}, "tls CA"};
  return api::from_endpoint(*access.endpoint, std::move(tls));
}

std::shared_ptr<Cluster> make_cluster(Setup& setup,
                                      config::Directive& directive,
                                      const Options& options) {
  auto server = choose_server(options.access, setup.log());
  if (!server) {
    directive.error(server.error().text);
    return nullptr;
  }
  auto cluster = Cluster::make(std::move(*server), options.watch, setup.process());
  if (cluster) return *cluster;
  directive.error(cluster.error().text);
  return nullptr;
}

/// All that the contents of a store depend on.
std::string cluster_key(const Options& options) {
  const AccessOptions& access = options.access;
  const WatchOptions& watch = options.watch;
  return fmt::format(
      "kubernetes\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}",
      access.endpoint.value_or(""), access.certificate, access.key, access.authority,
      access.kubeconfig.value_or(""), access.context, watch.labels, watch.namespace_labels,
      static_cast<int>(watch.endpoint_names), watch.endpoints, watch.pods, watch.identities,
      watch.imports, watch.queries_per_second, watch.burst, watch.max_inflight, watch.snapshot);
}

// What pods whose resolv.conf is like this server's own look up after the cluster's domains.
std::vector<dns::Name> host_search_domains() {
  const auto text = config::Disk().read("/etc/resolv.conf");
  return text ? parse_resolv_conf(*text).search : std::vector<dns::Name>();
}

}  // namespace

void setup(Setup& setup) {
  config::Directive& directive = setup.once();
  Options options = read_options(setup, directive);
  if (directive.any_failed()) return;
  auto cluster = setup.process().keeper.keep<Cluster>(
      cluster_key(options), [&] { return make_cluster(setup, directive, options); });
  if (!cluster) return;
  if (options.watch.pods) options.plugin.host_search = host_search_domains();
  setup.add(std::make_unique<Kubernetes>(std::move(options.plugin), std::move(cluster)));
}

}  // namespace catena::kubernetes
