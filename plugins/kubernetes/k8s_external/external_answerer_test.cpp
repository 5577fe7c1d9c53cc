// SPDX-License-Identifier: Apache-2.0
// What CoreDNS's k8s_external answers, as far as kubernetes answers it.
#include "plugins/kubernetes/k8s_external/external_answerer.hpp"

#include "plugins/kubernetes/store/testing.hpp"
#include "test/support/messages.hpp"
#include "test/support/test_engine.hpp"

#include <catch2/catch.hpp>

namespace catena::kubernetes::k8s_external {
namespace {

using testing::Cluster;

dns::Name name_of(std::string_view text) { return *dns::Name::parse(text); }

void fill(Cluster& cluster) {
  cluster.name_space("default");
  cluster.service("web.default", {.ips = {"10.96.5.5"},
                                  .ports = {{"http", "TCP", 80}, {"", "UDP", 53}},
                                  .outside = {"192.0.2.5", "2001:db8::5"}});
  cluster.service("other.default", {.ips = {"10.96.5.9"}, .outside = {"192.0.2.5"}});
  cluster.service("lb.default", {.ips = {"10.96.5.6"},
                                 .ports = {{"http", "TCP", 80}},
                                 .outside = {"a.lb.example", "b.lb.example"}});
  cluster.service("mixed.default", {.ips = {"10.96.5.7"},
                                    .ports = {{"http", "TCP", 80}},
                                    .outside = {"a.lb.example", "192.0.2.7"}});
  cluster.service("inside.default", {.ips = {"10.96.5.8"}, .ports = {{"http", "TCP", 80}}});
  cluster.slice("inside-a.default", {.service = "inside",
                                     .ports = {{"http", "TCP", 8080}},
                                     .endpoints = {{.address = "10.244.1.8", .hostname = "one"}}});
  cluster.service("db.default", {.ips = {"None"}});
  cluster.slice("db-a.default", {.service = "db",
                                 .ports = {{"pg", "TCP", 5432}},
                                 .endpoints = {{.address = "10.244.1.3", .hostname = "db-0"}}});
  cluster.service("fqdn.default", {.ips = {"None"}});
  cluster.slice("fqdn-a.default", {.service = "fqdn",
                                   .ports = {{"http", "TCP", 80}},
                                   .endpoints = {{.address = "www.example"}},
                                   .address_type = "FQDN"});
  cluster.service("ghost.nowhere", {.ips = {"10.96.7.7"}, .outside = {"192.0.2.9"}});
}

/// Asks for names of the zone k8s.example, whose addresses live for 30 seconds.
class Asker {
 public:
  explicit Asker(const Store& store) : answerer_(settings, store) {}

  /// The kind, or the records of answer and, behind a "+", of the additional section.
  std::string ask(const std::string& question) {
    bytes_ = test::query_bytes(question);
    query_.begin(dns::MessageView::parse(bytes_).value(), Transport(), engine_.clock().now());
    query_.respond();
    const bool reverse = dns::is_reverse_zone(query_.name());
    const dns::Name zone = reverse ? name_of("k8s.example.") : dns::Name(query_.name().last(2));
    const ExternalZone form{zone, 30, headless};
    const ExternalAnswerer external(answerer_);
    if (!reverse) return text(external.answer(query_, form));
    return text({external.reverse(query_, form), {}});
  }

  AnswerSettings settings;
  HeadlessServices headless = HeadlessServices::hidden;

 private:
  std::string text(const Finding& finding) const {
    if (finding.kind == AnswerKind::no_data) return "ND";
    if (finding.kind == AnswerKind::name_error) return "NX";
    std::string text;
    if (finding.kind == AnswerKind::elsewhere) {
      text = "-> " + finding.target.to_text() + "\n";
    }
    for (const auto& line : test::lines(query_.response().answer())) text += line + "\n";
    for (const auto& line : test::lines(query_.response().additional())) text += "+ " + line + "\n";
    return text;
  }

  Answerer answerer_;
  test::TestEngine engine_;
  std::vector<std::uint8_t> bytes_;
  Query query_{engine_};
};

struct Row {
  const char* name;
  const char* ask;
  const char* answer;
};

const Row kRows[] = {
    {"a namespace is a node without data", "default.k8s.example. A", "ND"},
    {"one that is not there is a name error", "nowhere.k8s.example. A", "NX"},
    {"a service of a hidden namespace too", "ghost.nowhere.k8s.example. A", "NX"},
    {"a service has its external address", "web.default.k8s.example. A",
     "web.default.k8s.example. 30 IN A 192.0.2.5\n"},
    {"of both families", "web.default.k8s.example. AAAA",
     "web.default.k8s.example. 30 IN AAAA 2001:db8::5\n"},
    {"in the question's spelling", "WEB.default.K8S.example. A",
     "WEB.default.K8S.example. 30 IN A 192.0.2.5\n"},
    {"the family it does not have is no data", "other.default.k8s.example. AAAA", "ND"},
    {"another type is no data", "web.default.k8s.example. TXT", "ND"},
    {"SRV has each port once, weighted over ports and addresses", "web.default.k8s.example. SRV",
     "web.default.k8s.example. 5 IN SRV 0 25 53 web.default.k8s.example.\n"
     "web.default.k8s.example. 5 IN SRV 0 25 80 web.default.k8s.example.\n"
     "+ web.default.k8s.example. 30 IN A 192.0.2.5\n"
     "+ web.default.k8s.example. 30 IN AAAA 2001:db8::5\n"},
    {"a port by name and protocol", "_http._tcp.web.default.K8s.example. SRV",
     "_http._tcp.web.default.K8s.example. 5 IN SRV 0 50 80 web.default.K8s.example.\n"
     "+ web.default.K8s.example. 30 IN A 192.0.2.5\n"
     "+ web.default.K8s.example. 30 IN AAAA 2001:db8::5\n"},
    {"a port has addresses too", "_http._tcp.web.default.k8s.example. A",
     "_http._tcp.web.default.k8s.example. 30 IN A 192.0.2.5\n"},
    {"another port is a name error", "_x._tcp.web.default.k8s.example. A", "NX"},
    {"no ports, no SRV", "other.default.k8s.example. SRV", "ND"},
    {"an endpoint's label is not looked at", "any.web.default.k8s.example. A",
     "any.web.default.k8s.example. 30 IN A 192.0.2.5\n"},
    {"and SRV leads to the service", "any.other.default.k8s.example. SRV", "ND"},
    {"three labels in front are too many", "a.b.c.web.default.k8s.example. A", "NX"},
    {"also those of a topology zone", "us.pin._zone.web.default.k8s.example. A", "NX"},
    {"a load balancer with a name is a CNAME, the first one", "lb.default.k8s.example. A",
     "-> a.lb.example.\nlb.default.k8s.example. 5 IN CNAME a.lb.example.\n"},
    {"which can be asked for", "lb.default.k8s.example. CNAME",
     "lb.default.k8s.example. 5 IN CNAME a.lb.example.\n"},
    {"a service with addresses has no CNAME", "mixed.default.k8s.example. CNAME", "ND"},
    {"its SRV records have all names", "lb.default.k8s.example. SRV",
     "-> a.lb.example.\nlb.default.k8s.example. 5 IN SRV 0 50 80 a.lb.example.\n"
     "lb.default.k8s.example. 5 IN SRV 0 50 80 b.lb.example.\n"},
    {"addresses win over a name", "mixed.default.k8s.example. A",
     "mixed.default.k8s.example. 30 IN A 192.0.2.7\n"},
    {"also those of the other family", "mixed.default.k8s.example. AAAA", "ND"},
    {"a service without external addresses is a name error", "inside.default.k8s.example. A", "NX"},
    {"so is its endpoint", "one.inside.default.k8s.example. A", "NX"},
    {"so is a headless service", "db.default.k8s.example. A", "NX"},
    {"and what is not there", "nobody.default.k8s.example. A", "NX"},
    {"PTR names every service with the address", "5.2.0.192.in-addr.arpa. PTR",
     "5.2.0.192.in-addr.arpa. 30 IN PTR other.default.k8s.example.\n"
     "5.2.0.192.in-addr.arpa. 30 IN PTR web.default.k8s.example.\n"},
    {"another type there is no data", "5.2.0.192.in-addr.arpa. A", "ND"},
    {"an unknown address is a name error", "6.2.0.192.in-addr.arpa. PTR", "NX"},
    {"an address of a hidden namespace is unknown", "9.2.0.192.in-addr.arpa. PTR", "NX"},
    {"a cluster IP is not external", "5.5.96.10.in-addr.arpa. PTR", "NX"},
    {"a part of an address is a name error", "2.0.192.in-addr.arpa. PTR", "NX"},
};

TEST_CASE("what the outside sees of a cluster", "[k8s_external]") {
  Cluster cluster;
  fill(cluster);
  Asker asker(cluster.store());
  for (const Row& row : kRows) {
    DYNAMIC_SECTION(row.name << ": " << row.ask) { CHECK(asker.ask(row.ask) == row.answer); }
  }
}

const Row kHeadlessRows[] = {
    {"a headless service has the addresses of its endpoints", "db.default.k8s.example. A",
     "db.default.k8s.example. 30 IN A 10.244.1.3\n"},
    {"its SRV records name them", "db.default.k8s.example. SRV",
     "db.default.k8s.example. 5 IN SRV 0 100 5432 db-0.db.default.k8s.example.\n"
     "+ db-0.db.default.k8s.example. 30 IN A 10.244.1.3\n"},
    {"an endpoint has a name", "db-0.db.default.k8s.example. A",
     "db-0.db.default.k8s.example. 30 IN A 10.244.1.3\n"},
    {"also below a service with a cluster IP", "one.inside.default.k8s.example. A",
     "one.inside.default.k8s.example. 30 IN A 10.244.1.8\n"},
    {"which itself is a name error", "inside.default.k8s.example. A", "NX"},
    {"another endpoint is a name error", "two.inside.default.k8s.example. A", "NX"},
    {"an endpoint that is a name is a CNAME", "fqdn.default.k8s.example. A",
     "-> www.example.\nfqdn.default.k8s.example. 5 IN CNAME www.example.\n"},
    {"and has no SRV records, as inside", "fqdn.default.k8s.example. SRV", "ND"},
    {"external addresses go first", "one.web.default.k8s.example. A",
     "one.web.default.k8s.example. 30 IN A 192.0.2.5\n"},
};

TEST_CASE("headless services may be shown to the outside", "[kubernetes]") {
  Cluster cluster;
  fill(cluster);
  Asker asker(cluster.store());
  asker.headless = HeadlessServices::shown;
  for (const Row& row : kHeadlessRows) {
    DYNAMIC_SECTION(row.name << ": " << row.ask) { CHECK(asker.ask(row.ask) == row.answer); }
  }
}

test::Lines name_server(const Store& store, const char* local, HeadlessServices headless) {
  AnswerSettings settings;
  settings.local_addresses = {*parse_address(local)};
  const Answerer answerer(settings, store);
  Arena arena;
  dns::Response response(arena);
  const dns::Name owner = name_of("ns1.dns.k8s.example.");
  const dns::Name name = name_of("k8s.example.");
  const ExternalZone zone{name, 30, headless};
  ExternalAnswerer(answerer).name_server(response, dns::Section::answer, owner, zone);
  return test::lines(response.answer());
}

TEST_CASE("the name server is the service before this server", "[kubernetes]") {
  Cluster cluster;
  fill(cluster);
  cluster.slice("web-a.default", {.service = "web", .endpoints = {{.address = "10.244.0.53"}}});
  const auto hidden = HeadlessServices::hidden;
  CHECK_THAT(name_server(cluster.store(), "10.244.0.53", hidden),
             test::is_records_in_any_order("ns1.dns.k8s.example. 30 A 192.0.2.5\n"
                                           "ns1.dns.k8s.example. 30 AAAA 2001:db8::5"));
  CHECK_THAT(name_server(cluster.store(), "10.244.1.3", hidden), test::is_records(""));
  CHECK_THAT(name_server(cluster.store(), "10.244.1.3", HeadlessServices::shown),
             test::is_records("ns1.dns.k8s.example. 30 A 10.244.1.3"));
  CHECK_THAT(name_server(cluster.store(), "10.9.9.9", hidden),
             test::is_records("ns1.dns.k8s.example. 30 A 10.9.9.9"));
}

TEST_CASE("the external serial follows what the outside sees", "[kubernetes]") {
  Cluster cluster;
  cluster.name_space("default");
  const auto serial = [&cluster] { return cluster.store().external_serial.load(); };
  const auto after = [&cluster, &serial](const auto& change) {
    cluster.clock().advance(std::chrono::seconds(10));
    const std::uint32_t before = serial();
    change();
    return serial() != before;
  };
  testing::ServiceSpec spec{.ips = {"10.96.5.5"}, .ports = {{"http", "TCP", 80}}};
  const auto put = [&] { cluster.service("web.default", spec); };
  CHECK_FALSE(after(put));
  spec.outside = {"192.0.2.5"};
  CHECK(after(put));
  CHECK_FALSE(after(put));
  spec.ips = {"10.96.5.6"};
  CHECK_FALSE(after(put));
  spec.ports[0].number = 81;
  CHECK(after(put));
  spec.outside = {"192.0.2.5", "lb.example"};
  CHECK(after(put));
  CHECK(after([&] { cluster.remove_service("web.default"); }));
  CHECK_FALSE(after([&] {
    cluster.slice("s.default", {.service = "web", .endpoints = {{.address = "10.0.0.1"}}});
  }));
}

}  // namespace
}  // namespace catena::kubernetes::k8s_external
