// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/simulator.hpp"

#include "cmd/kubesim/manifest.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace catena::kubesim {
namespace {

struct Pools {
  AddressPool v4;
  std::optional<AddressPool> v6;
};

/// `IPv4` or `IPv4,IPv6`.
Pools parse_ranges(std::string_view option, const std::string& text, std::uint64_t first) {
  const std::size_t comma = std::min(text.find(','), text.size());
  const auto v4 = Network::parse(std::string_view(text).substr(0, comma));
  const auto v6 = Network::parse(std::string_view(text).substr(std::min(comma + 1, text.size())));
  const bool two = comma < text.size();
  if (!v4 || v4->is_v6() || (two && (!v6 || !v6->is_v6()))) {
    throw std::runtime_error(
        fmt::format("{} {}: an IPv4 network, and an IPv6 network after a "
                    "comma if at all, is needed",
                    option, text));
  }
  Pools pools{AddressPool(*v4, first), std::nullopt};
  if (two) pools.v6.emplace(*v6, first);
  return pools;
}

/// The first address of the range is the Service `kubernetes`; pods leave it to a gateway.
constexpr std::uint64_t kFirstService = 1;
constexpr std::uint64_t kFirstPod = 2;

Json node_of(std::size_t index) {
  const std::string name = fmt::format("node-{}", index);
  const char zone = static_cast<char>('a' + index % 26);
  return object(
      {{"metadata", object({{"name", name},
                            {"labels", object({{"kubernetes.io/hostname", name},
                                               {"kubernetes.io/os", "linux"},
                                               {"topology.kubernetes.io/region", "test"},
                                               {"topology.kubernetes.io/zone",
                                                fmt::format("test-{}", zone)}})}})},
       {"spec", object()},
       {"status",
        object(
            {{"addresses", array({object({{"type", "InternalIP"},
                                          {"address", fmt::format("192.0.2.{}", index % 250 + 1)}}),
                                  object({{"type", "Hostname"}, {"address", name}})})},
             {"conditions",
              array({object({{"type", "Ready"}, {"status", "True"}, {"reason", "KubeletReady"}})})},
             {"nodeInfo", object({{"kubeletVersion", "v1.36.3+kubesim"},
                                  {"osImage", "simulated"},
                                  {"kernelVersion", "none"},
                                  {"containerRuntimeVersion", "none"}})}})}});
}

Json server_slice(const std::string& address, int port) {
  return object(
      {{"metadata", object({{"name", "kubernetes"},
                            {"namespace", "default"},
                            {"labels", object({{"kubernetes.io/service-name", "kubernetes"}})}})},
       {"addressType", address.find(':') == address.npos ? "IPv4" : "IPv6"},
       {"endpoints", array({object({{"addresses", array({address})},
                                    {"conditions", object({{"ready", true}})}})})},
       {"ports", array({object({{"name", "https"}, {"protocol", "TCP"}, {"port", port}})})}});
}

Json server_endpoints(const std::string& address, int port) {
  return object(
      {{"metadata", object({{"name", "kubernetes"}, {"namespace", "default"}})},
       {"subsets",
        array({object(
            {{"addresses", array({object({{"ip", address}})})},
             {"ports",
              array({object({{"name", "https"}, {"port", port}, {"protocol", "TCP"}})})}})})}});
}

Json server_service(int port) {
  return object(
      {{"metadata",
        object({{"name", "kubernetes"},
                {"namespace", "default"},
                {"labels", object({{"component", "apiserver"}, {"provider", "kubernetes"}})}})},
       {"spec", object({{"ports", array({object({{"name", "https"},
                                                 {"protocol", "TCP"},
                                                 {"port", 443},
                                                 {"targetPort", port}})})}})}});
}

}  // namespace

Simulator::Simulator(const Options& options, WallClock now) : nodes_(options.nodes) {
  const Checks checks = options.validation == Validation::On ? Checks::On : Checks::Off;
  Pools services = parse_ranges("--service-range", options.service_range, kFirstService);
  Store::Settings settings;
  settings.history = options.history;
  cluster_.reset(new Cluster{
      .store = Store(settings, std::move(now)),
      .watches = {},
      .addresses = ServiceAddresses(std::move(services.v4), std::move(services.v6), checks),
      .checks = checks,
      .access = options.transport == Transport::Tls ? Access::Authenticated : Access::Open,
      .server_address = {},
      .watch_queue = options.watch_queue,
      .page_limit = options.page_limit});
  start_controllers(options);
}

void Simulator::start_controllers(const Options& options) {
  Pools pods = parse_ranges("--pod-range", options.pod_range, kFirstPod);
  PodController::Settings settings{std::move(pods.v4), std::move(pods.v6),
                                   std::chrono::milliseconds(options.termination_ms)};
  Cluster& cluster = *cluster_;
  controllers_.push_back(std::make_unique<PodController>(cluster, queue_, std::move(settings)));
  controllers_.push_back(std::make_unique<StatefulSetController>(cluster, queue_));
  controllers_.push_back(std::make_unique<DeploymentController>(cluster, queue_));
  controllers_.push_back(std::make_unique<ReplicaSetController>(cluster, queue_));
  controllers_.push_back(std::make_unique<EndpointSliceController>(cluster, queue_));
  controllers_.push_back(std::make_unique<EndpointsController>(cluster, queue_));
  controllers_.push_back(std::make_unique<GarbageCollector>(cluster, queue_));
  controllers_.push_back(std::make_unique<NamespaceController>(cluster, queue_));
  const auto on_change = [this](const Change& change) { publish(change); };
  cluster.store.observe(on_change);
  cluster.resync = [this] {
    for (const Resource& resource : all_resources()) {
      for (const auto& [key, each] : cluster_->store.objects(resource)) {
        const Change change{ChangeType::Modified, &resource, each, each};
        for (const auto& controller : controllers_) controller->observe(change);
      }
    }
  };
}

void Simulator::publish(const Change& change) {
  cluster_->watches.publish(change);
  for (const auto& controller : controllers_) controller->observe(change);
}

void Simulator::create_nodes() {
  const Resource& nodes = resource_named("nodes");
  for (std::size_t i = 0; i < nodes_; ++i) {
    static_cast<void>(admit_and_create(*cluster_, nodes, node_of(i)));
  }
}

void Simulator::populate(const std::string& server_address, int server_port) {
  cluster_->server_address = fmt::format("{}:{}", server_address, server_port);
  const Resource& spaces = resource_named("namespaces");
  for (const char* name : {"default", "kube-system", "kube-public", "kube-node-lease"}) {
    Json space = object({{"metadata", object({{"name", name}})}});
    static_cast<void>(admit_and_create(*cluster_, spaces, std::move(space)));
  }
  create_nodes();
  Cluster& cluster = *cluster_;
  static_cast<void>(
      admit_and_create(cluster, resource_named("services"), server_service(server_port)));
  static_cast<void>(admit_and_create(cluster, resource_named("endpointslices"),
                                     server_slice(server_address, server_port)));
  static_cast<void>(admit_and_create(cluster, resource_named("endpoints"),
                                     server_endpoints(server_address, server_port)));
}

void Simulator::load(const std::vector<std::string>& manifests) {
  for (const std::string& file : manifests) {
    for (Json& each : read_manifest(file)) create_from_manifest(*cluster_, std::move(each));
  }
}

}  // namespace catena::kubesim
