// SPDX-License-Identifier: Apache-2.0
// Zones that answer from imports of services of other clusters (MCS-API).
#include "plugins/kubernetes/answer/testing.hpp"
#include "plugins/kubernetes/store/testing.hpp"

#include <catch2/catch.hpp>

namespace catena::kubernetes {
namespace {

using testing::Asker;
using testing::Cluster;
using testing::name_of;

/// cluster.local. is this cluster's own, set.test. is all clusters'.
void two_zones(AnswerSettings& settings) {
  settings.zones =
      Zones({name_of("cluster.local."), name_of("set.test."), name_of("in-addr.arpa.")});
  settings.multicluster = Zones({name_of("set.test.")});
}

void fill(Cluster& cluster) {
  cluster.name_space("default");
  cluster.service("local.default", {.ips = {"10.96.1.1"}, .ports = {{"http", "TCP", 80}}});
  cluster.import("web.default",
                 {.ips = {"10.97.5.5", "fd00:97::5"}, .ports = {{"http", "TCP", 80}}});
  cluster.import("bare.default", {.ips = {"10.97.6.6"}});
  cluster.import("ghost.nowhere", {.ips = {"10.97.7.7"}});
  cluster.import_slice("web-a.default", {.service = "web",
                                         .ports = {{"http", "TCP", 8080}},
                                         .endpoints = {{.address = "10.244.1.1"}},
                                         .cluster = "East"});
  cluster.import("db.default", {.type = "Headless", .ports = {{"pg", "TCP", 5432}}});
  cluster.import_slice("db-a.default",
                       {.service = "db",
                        .ports = {{"pg", "TCP", 5432}},
                        .endpoints = {{.address = "10.244.1.3", .hostname = "db-0"}},
                        .cluster = "east"});
  cluster.import_slice("db-b.default",
                       {.service = "db",
                        .ports = {{"pg", "TCP", 5432}},
                        .endpoints = {{.address = "10.245.1.3", .hostname = "db-0"}},
                        .cluster = "west"});
  cluster.import("idle.default", {.type = "Headless", .ports = {{"x", "TCP", 1}}});
  cluster.import("stray.default", {.type = "Headless"});
  cluster.import_slice("stray-a.default",
                       {.service = "stray",
                        .ports = {{"x", "TCP", 1}},
                        .endpoints = {{.address = "10.246.0.1", .hostname = "a"}}});
  cluster.service("to-set.default",
                  {.type = "ExternalName", .external = "web.default.svc.set.test"});
}

struct Row {
  const char* name;
  const char* ask;
  const char* answer;
};

const Row kRows[] = {
    {"an import answers with its addresses", "web.default.svc.set.test. A",
     "web.default.svc.set.test. 5 IN A 10.97.5.5\n"},
    {"of both families", "web.default.svc.set.test. AAAA",
     "web.default.svc.set.test. 5 IN AAAA fd00:97::5\n"},
    {"it is not in this cluster's zone", "web.default.svc.cluster.local. A", "NX"},
    {"nor are this cluster's services in the zone of all", "local.default.svc.set.test. A", "NX"},
    {"its ports are those of the import", "_http._tcp.web.default.svc.set.test. SRV",
     "_http._tcp.web.default.svc.set.test. 5 IN SRV 0 50 80 web.default.svc.set.test.\n"
     "+ web.default.svc.set.test. 5 IN A 10.97.5.5\n"
     "+ web.default.svc.set.test. 5 IN AAAA fd00:97::5\n"},
    {"another port is a name error", "_x._tcp.web.default.svc.set.test. A", "NX"},
    {"other types are no data", "web.default.svc.set.test. MX", "ND"},
    {"without ports there are addresses too", "bare.default.svc.set.test. A",
     "bare.default.svc.set.test. 5 IN A 10.97.6.6\n"},
    {"but no SRV records", "bare.default.svc.set.test. SRV", "ND"},
    {"a namespace that is not here is a name error", "ghost.nowhere.svc.set.test. A", "NX"},
    {"a namespace is a node", "default.svc.set.test. A", "ND"},

    {"a headless import answers with the endpoints of all clusters", "db.default.svc.set.test. A",
     "db.default.svc.set.test. 5 IN A 10.244.1.3\ndb.default.svc.set.test. 5 IN A 10.245.1.3\n"},
    {"SRV names each with its cluster", "_pg._tcp.db.default.svc.set.test. SRV",
     "_pg._tcp.db.default.svc.set.test. 5 IN SRV 0 50 5432 db-0.east.db.default.svc.set.test.\n"
     "_pg._tcp.db.default.svc.set.test. 5 IN SRV 0 50 5432 db-0.west.db.default.svc.set.test.\n"
     "+ db-0.east.db.default.svc.set.test. 5 IN A 10.244.1.3\n"
     "+ db-0.west.db.default.svc.set.test. 5 IN A 10.245.1.3\n"},
    {"an endpoint has its cluster in its name", "db-0.west.db.default.svc.set.test. A",
     "db-0.west.db.default.svc.set.test. 5 IN A 10.245.1.3\n"},
    {"in any letter case", "DB-0.West.db.default.svc.set.test. A",
     "DB-0.West.db.default.svc.set.test. 5 IN A 10.245.1.3\n"},
    {"its other family is no data", "db-0.west.db.default.svc.set.test. AAAA", "ND"},
    {"its SRV record names it", "db-0.west.db.default.svc.set.test. SRV",
     "db-0.west.db.default.svc.set.test. 5 IN SRV 0 100 5432 db-0.west.db.default.svc.set.test.\n"
     "+ db-0.west.db.default.svc.set.test. 5 IN A 10.245.1.3\n"},
    {"without the cluster there is no such name", "db-0.db.default.svc.set.test. A", "NX"},
    {"nor with another one", "db-0.north.db.default.svc.set.test. A", "NX"},
    {"an import with addresses has endpoints' names too",
     "10-244-1-1.east.web.default.svc.set.test. A",
     "10-244-1-1.east.web.default.svc.set.test. 5 IN A 10.244.1.1\n"},
    {"a headless import without endpoints is a name error", "idle.default.svc.set.test. A", "NX"},
    {"a slice that names no cluster", "stray.default.svc.set.test. SRV",
     "stray.default.svc.set.test. 5 IN SRV 0 100 1 a.stray.default.svc.set.test.\n"
     "+ a.stray.default.svc.set.test. 5 IN A 10.246.0.1\n"},
    {"has names without one", "a.stray.default.svc.set.test. A",
     "a.stray.default.svc.set.test. 5 IN A 10.246.0.1\n"},
    {"there are no zonal names", "x.pin._zone.db.default.svc.set.test. A", "NX"},

    {"no address of an import leads back", "5.5.97.10.in-addr.arpa. PTR", "NX"},
    {"nor one of its endpoints", "3.1.244.10.in-addr.arpa. PTR", "NX"},
    {"pods have names", "10-0-0-1.default.pod.set.test. A",
     "10-0-0-1.default.pod.set.test. 5 IN A 10.0.0.1\n"},
    {"an ExternalName may lead into the zone", "to-set.default.svc.cluster.local. A",
     "to-set.default.svc.cluster.local. 5 IN CNAME web.default.svc.set.test.\n"
     "web.default.svc.set.test. 5 IN A 10.97.5.5\n"},
    {"the specification's version", "dns-version.set.test. TXT",
     "dns-version.set.test. 28800 IN TXT \"1.1.0\"\n"},
    {"the zone's name server has a name that exists", "set.test. NS",
     "set.test. 5 IN NS ns.dns.set.test.\n+ ns.dns.set.test. 5 IN A 10.96.1.1\n"},
    {"with the same address", "ns.dns.set.test. A", "ns.dns.set.test. 5 IN A 10.96.1.1\n"},
};

TEST_CASE("what a multicluster zone answers", "[kubernetes]") {
  Cluster cluster;
  fill(cluster);
  // This server is behind the service "local".
  cluster.slice("local-a.default", {.service = "local", .endpoints = {{.address = "10.244.0.9"}}});
  Asker asker(cluster.store());
  two_zones(asker.settings);
  asker.settings.local_addresses = {*parse_address("10.244.0.9")};
  asker.settings.zonal = true;
  for (const Row& row : kRows) {
    DYNAMIC_SECTION(row.name) { CHECK(asker.ask(row.ask) == row.answer); }
  }
}

TEST_CASE("an import without ready endpoints can be ignored", "[kubernetes]") {
  Cluster cluster;
  fill(cluster);
  Asker asker(cluster.store());
  two_zones(asker.settings);
  asker.settings.ignore_empty_service = true;
  CHECK(asker.ask("bare.default.svc.set.test. A") == "NX");
  CHECK(asker.ask("web.default.svc.set.test. A") == "web.default.svc.set.test. 5 IN A 10.97.5.5\n");
}

TEST_CASE("imports have a serial of their own", "[kubernetes]") {
  Cluster cluster;
  Asker asker(cluster.store());
  two_zones(asker.settings);
  const auto soa = [&asker](const std::string& zone) {
    const std::string text = asker.ask(zone + " SOA");
    std::istringstream words(text.substr(text.find("hostmaster")));
    std::string mailbox, serial;
    words >> mailbox >> serial;
    return std::stoul(serial);
  };
  cluster.name_space("default");
  cluster.service("local.default", {.ips = {"10.96.1.1"}});
  CHECK(soa("set.test.") == 0);
  const unsigned long own = soa("cluster.local.");
  cluster.clock().advance(std::chrono::seconds(10));
  cluster.import("web.default", {.ips = {"10.97.5.5"}});
  CHECK(soa("set.test.") == own + 10);
  CHECK(soa("cluster.local.") == own);
  cluster.clock().advance(std::chrono::seconds(10));
  cluster.import("web.default", {.ips = {"10.97.5.5"}});
  CHECK(soa("set.test.") == own + 10);
  cluster.import("web.default", {.ips = {"10.97.5.6"}});
  CHECK(soa("set.test.") == own + 20);
  cluster.clock().advance(std::chrono::seconds(10));
  cluster.import_slice("web-a.default", {.service = "web", .endpoints = {{.address = "10.0.0.1"}}});
  CHECK(soa("set.test.") == own + 30);
  cluster.clock().advance(std::chrono::seconds(10));
  cluster.remove_import("web.default");
  CHECK(soa("set.test.") == own + 40);
}

TEST_CASE("an import and its slices come and go in any order", "[kubernetes]") {
  Cluster cluster;
  cluster.name_space("default");
  Asker asker(cluster.store());
  two_zones(asker.settings);
  const testing::SliceSpec slice{.service = "db", .endpoints = {{.address = "10.244.1.3"}}};
  const char* const kAnswer = "db.default.svc.set.test. 5 IN A 10.244.1.3\n";
  cluster.import_slice("s.default", slice);
  CHECK(asker.ask("db.default.svc.set.test. A") == "NX");
  cluster.import("db.default", {.type = "Headless"});
  CHECK(asker.ask("db.default.svc.set.test. A") == kAnswer);
  cluster.remove_import("db.default");
  CHECK(asker.ask("db.default.svc.set.test. A") == "NX");
  cluster.import("db.default", {.type = "Headless"});
  CHECK(asker.ask("db.default.svc.set.test. A") == kAnswer);
  cluster.import_slice("s.default", {.service = "other", .endpoints = {{.address = "10.244.1.3"}}});
  CHECK(asker.ask("db.default.svc.set.test. A") == "NX");
  cluster.import("db.default", {.ips = {"10.97.0.1"}});
  CHECK(asker.ask("db.default.svc.set.test. A") == "db.default.svc.set.test. 5 IN A 10.97.0.1\n");
}

}  // namespace
}  // namespace catena::kubernetes
