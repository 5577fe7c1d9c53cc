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

// Stands for the server that the place will have.
Result<api::ApiServer> server_elsewhere(config::Directive& directive, const AccessOptions& access) {
  constexpr const char* kAnywhere = "kubernetes.default.svc";
  if (access.kubeconfig) return api::from_endpoint(kAnywhere, {});
  if (access.endpoint) return api::from_endpoint(*access.endpoint, {});
  directive.need(
      "KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT and /var/run/secrets/kubernetes.io/"
      "serviceaccount, as a pod has them");
  return api::from_endpoint(kAnywhere, {});
}

/// The cluster that is followed, and what its client is to use from now on.
struct Followed {
  std::shared_ptr<Cluster> cluster;
  api::ApiClient::Settings settings;
};

Result<Followed> follow(Setup& setup, config::Directive& directive, const Options& options) {
  const auto server = directive.elsewhere() ? server_elsewhere(directive, options.access)
                                            : choose_server(options.access, setup.log());
  if (!server) return server.error();
  Result<std::shared_ptr<Cluster>> made = std::shared_ptr<Cluster>();
  auto cluster = setup.process().keeper.keep<Cluster>(identity_of(*server, options.watch), [&] {
    const Process& process = setup.process();
    made = Cluster::make(*server, options.watch, process, api::make_thread_loop(process.clock));
    return made ? *made : nullptr;
  });
  if (!made) return made.error();
  auto settings = cluster->prepare(*server, options.watch);
  if (!settings) return settings.error();
  return Followed{std::move(cluster), std::move(*settings)};
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
  Result<Followed> followed = follow(setup, directive, options);
  if (!followed) return directive.error(followed.error().text);
  if (options.watch.identities) options.plugin.identities = Cluster::Identities::wanted;
  if (options.watch.pods) options.plugin.host_search = host_search_domains();
  setup.add(std::make_unique<Kubernetes>(std::move(options.plugin), std::move(followed->cluster),
                                         std::move(followed->settings)));
}

}  // namespace catena::kubernetes
