// SPDX-License-Identifier: Apache-2.0
// What is known of a question and its client: metadata and the search path.
#include "plugins/kubernetes/answer/metadata.hpp"
#include "plugins/kubernetes/answer/search_path.hpp"
#include "plugins/kubernetes/answer/testing.hpp"
#include "plugins/kubernetes/store/testing.hpp"
#include "test/support/messages.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace catena::kubernetes {
namespace {

using testing::Cluster;
using testing::name_of;
using Texts = std::vector<std::string>;

/// Questions to a plugin with a zone of each kind.
class Client {
 public:
  explicit Client(Cluster& cluster) : store_(cluster.store()) {
    settings.zones =
        Zones({name_of("cluster.local."), name_of("set.test."), name_of("in-addr.arpa.")});
    settings.multicluster = Zones({name_of("set.test.")});
    settings.zonal = true;
  }

  Query& ask(const std::string& name, const char* from = "192.0.2.7") {
    bytes_ = test::query_bytes(name + " A");
    Transport transport;
    transport.client = {asio::ip::make_address(from), 4242};
    query_.begin(dns::MessageView::parse(bytes_).value(), transport, engine_.clock().now());
    return query_;
  }

  /// All of the question's values, "label=value".
  Texts values(const std::string& name) {
    ask(name);
    Texts found;
    for (const char* label : {"kind", "namespace", "service", "endpoint", "port-name", "protocol",
                              "cluster", "zone", "parse-error"}) {
      const std::string value = text(label);
      if (!value.empty()) found.push_back(std::string(label) + "=" + value);
    }
    return found;
  }

  std::string text(const std::string& label) {
    return std::string(Metadata(settings, store_).value(query_, "kubernetes/" + label));
  }

  bool knows(const std::string& label) {
    return Metadata(settings, store_).value(query_, "kubernetes/" + label).data() != nullptr;
  }

  Texts path(const std::string& name, const char* from, std::vector<dns::Name> host = {}) {
    const SearchPath path(settings, store_, std::move(host));
    Texts found;
    for (const dns::NameView domain : path.of(ask(name, from))) found.push_back(domain.to_text());
    return found;
  }

  AnswerSettings settings;

 private:
  const Store& store_;
  test::TestEngine engine_;
  std::vector<std::uint8_t> bytes_;
  Query query_{engine_};
};

struct Row {
  const char* name;
  const char* ask;
  Texts values;
};

const Row kRows[] = {
    {"the apex has none", "cluster.local.", {}},
    {"a node", "svc.cluster.local.", {"kind=svc"}},
    {"a namespace", "Shop.svc.cluster.local.", {"kind=svc", "namespace=shop"}},
    {"a service, whether it is there or not",
     "Web.shop.SVC.cluster.local.",
     {"kind=svc", "namespace=shop", "service=web"}},
    {"an endpoint",
     "e-0.web.shop.svc.cluster.local.",
     {"kind=svc", "namespace=shop", "service=web", "endpoint=e-0"}},
    {"a port, without its underscores",
     "_http._tcp.web.shop.svc.cluster.local.",
     {"kind=svc", "namespace=shop", "service=web", "port-name=http", "protocol=tcp"}},
    {"a topology zone",
     "eu.west.pin._zone.web.shop.svc.cluster.local.",
     {"kind=svc", "namespace=shop", "service=web", "zone=eu.west"}},
    {"a pod: its address stands for the service",
     "10-0-0-1.shop.pod.cluster.local.",
     {"kind=pod", "namespace=shop", "service=10-0-0-1"}},
    {"what stands in front of a pod is read too",
     "x.10-0-0-1.shop.pod.cluster.local.",
     {"kind=pod", "namespace=shop", "service=10-0-0-1", "endpoint=x"}},
    {"an endpoint in another cluster",
     "e-0.east.web.shop.svc.set.test.",
     {"kind=svc", "namespace=shop", "service=web", "endpoint=e-0", "cluster=east"}},
    {"a port in a multicluster zone",
     "_http._tcp.web.shop.svc.set.test.",
     {"kind=svc", "namespace=shop", "service=web", "port-name=http", "protocol=tcp"}},
    {"too many labels", "a.b.c.web.shop.svc.cluster.local.", {"parse-error=invalid query name"}},
    {"no service and no pod", "foo.cluster.local.", {"parse-error=invalid query name"}},
    {"names of other kinds", "dns-version.cluster.local.", {"parse-error=invalid query name"}},
    {"a reverse name", "1.0.0.10.in-addr.arpa.", {"parse-error=invalid query name"}},
    {"another zone", "www.example.org.", {}},
};

TEST_CASE("metadata of a question", "[kubernetes]") {
  Cluster cluster;
  Client client(cluster);
  for (const Row& row : kRows) {
    DYNAMIC_SECTION(row.name) { CHECK(client.values(row.ask) == row.values); }
  }
}

TEST_CASE("metadata are those of the question that was asked", "[kubernetes]") {
  Cluster cluster;
  Client client(cluster);
  const dns::Name other = name_of("x.y.svc.cluster.local.");
  client.ask("web.shop.svc.cluster.local.").set_question({other, dns::Type::A, dns::Class::IN});
  CHECK(client.text("service") == "web");
}

TEST_CASE("what a name has no part for is known and empty, as in CoreDNS", "[kubernetes]") {
  Cluster cluster(Cluster::Identities::kept);
  Client client(cluster);
  cluster.pod("cart-0.shop", {"10.244.0.7"}, {{"empty", ""}});
  client.ask("web.shop.svc.cluster.local.", "10.244.0.7");
  for (const char* label : {"endpoint", "port-name", "protocol", "zone", "client-label/empty"}) {
    INFO(label);
    CHECK(client.knows(label));
    CHECK(client.text(label).empty());
  }
  for (const char* label : {"parse-error", "cluster", "client-label/other", "other"}) {
    INFO(label);
    CHECK_FALSE(client.knows(label));
  }
  client.ask("www.example.org.");
  CHECK_FALSE(client.knows("endpoint"));
}

TEST_CASE("metadata of a client that is a pod", "[kubernetes]") {
  Cluster cluster(Cluster::Identities::kept);
  Client client(cluster);
  cluster.pod("cart-0.shop", {"10.244.0.7", "fd00::7"},
              {{"app", "Cart"}, {"app.kubernetes.io/name", "cart"}});
  client.ask("www.example.org.", "10.244.0.7");
  CHECK(client.text("client-namespace") == "shop");
  CHECK(client.text("client-pod-name") == "cart-0");
  CHECK(client.text("client-label/app") == "Cart");
  CHECK(client.text("client-label/app.kubernetes.io/name") == "cart");
  CHECK(client.text("client-label/other").empty());
  CHECK(client.text("client-").empty());
  client.ask("www.example.org.", "fd00::7");
  CHECK(client.text("client-pod-name") == "cart-0");
  client.ask("www.example.org.", "10.244.0.8");
  CHECK(client.text("client-pod-name").empty());
}

TEST_CASE("a pod's identity follows its changes", "[kubernetes]") {
  Cluster cluster(Cluster::Identities::kept);
  Client client(cluster);
  const auto pod_at = [&client](const char* address) {
    client.ask("www.example.org.", address);
    return client.text("client-pod-name") + "/" + client.text("client-label/app");
  };
  cluster.pod("cart-0.shop", {"10.244.0.7"}, {{"app", "cart"}});
  cluster.pod("cart-0.shop", {"10.244.0.7"}, {{"app", "till"}});
  CHECK(pod_at("10.244.0.7") == "cart-0/till");
  cluster.pod("cart-0.shop", {"10.244.0.8"}, {{"app", "till"}});
  CHECK(pod_at("10.244.0.7") == "/");
  CHECK(pod_at("10.244.0.8") == "cart-0/till");
  // Two on a host's network: the one that stays is told.
  cluster.pod("cart-1.shop", {"10.244.0.8"}, {{"app", "cart"}});
  cluster.remove_pod("cart-0.shop");
  CHECK(pod_at("10.244.0.8") == "cart-1/cart");
  cluster.remove_pod("cart-1.shop");
  CHECK(pod_at("10.244.0.8") == "/");
}

TEST_CASE("names of pods are kept only where somebody may ask for them", "[kubernetes]") {
  Cluster cluster;
  Client client(cluster);
  cluster.pod("cart-0.shop", {"10.244.0.7"}, {{"app", "cart"}});
  client.ask("www.example.org.", "10.244.0.7");
  CHECK(client.text("client-pod-name").empty());
  CHECK(client.text("client-namespace").empty());
}

TEST_CASE("the search path of a pod", "[kubernetes]") {
  Cluster cluster;
  Client client(cluster);
  cluster.pod("cart-0.Shop", {"10.244.0.7", "fd00::7"});
  const std::vector<dns::Name> host{name_of("corp.example."), name_of("example.")};
  CHECK(client.path("x.shop.svc.cluster.local.", "10.244.0.7") ==
        Texts{"shop.svc.cluster.local.", "svc.cluster.local.", "cluster.local.", "."});
  CHECK(client.path("x.Cluster.LOCAL.", "fd00::7", host) ==
        Texts{"shop.svc.cluster.local.", "svc.cluster.local.", "cluster.local.", "corp.example.",
              "example.", "."});
  CHECK(client.path("www.example.org.", "10.244.0.7").empty());
  CHECK(client.path("x.shop.svc.cluster.local.", "10.244.0.8").empty());
  client.settings.zones = Zones({dns::Name()});
  CHECK(client.path("www.example.org.", "10.244.0.7") == Texts{"shop.svc.", "svc.", ".", "."});
}

TEST_CASE("pods that share an address have the path of the namespace that is asked for",
          "[kubernetes]") {
  Cluster cluster;
  Client client(cluster);
  for (const char* pod : {"proxy.kube-system", "agent.watch", "cart.shop"}) {
    cluster.pod(pod, {"192.0.2.9"});
  }
  const auto nearest = [&client](const std::string& name) {
    return client.path(name, "192.0.2.9").front();
  };
  CHECK(nearest("www.example.org.Watch.svc.cluster.local.") == "watch.svc.cluster.local.");
  CHECK(nearest("x.shop.svc.cluster.local.") == "shop.svc.cluster.local.");
  CHECK(nearest("x.other.svc.cluster.local.") == "kube-system.svc.cluster.local.");
  CHECK(nearest("cluster.local.") == "kube-system.svc.cluster.local.");
}

TEST_CASE("a zone that leaves no room for a namespace has no search path", "[kubernetes]") {
  Cluster cluster;
  Client client(cluster);
  cluster.pod("p." + std::string(63, 'n'), {"10.244.0.7"});
  const std::string label(58, 'x');
  const dns::Name zone = name_of(label + "." + label + "." + label + "." + label + ".");
  client.settings.zones = Zones({zone});
  CHECK(client.path("x." + zone.to_text(), "10.244.0.7").empty());
}

}  // namespace
}  // namespace catena::kubernetes
