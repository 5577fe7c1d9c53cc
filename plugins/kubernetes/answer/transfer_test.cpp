// SPDX-License-Identifier: Apache-2.0
// Zones of a small cluster as transfers carry them.
#include "plugins/kubernetes/answer/transfer.hpp"

#include "plugins/kubernetes/store/testing.hpp"
#include "test/support/records.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace catena::kubernetes {
namespace {

using testing::Cluster;

dns::Name name_of(std::string_view text) { return *dns::Name::parse(text); }

AnswerSettings settings_for(const std::string& zone) {
  AnswerSettings settings;
  settings.zones = Zones({name_of(zone)});
  settings.primary_zone = name_of(zone);
  settings.local_addresses = {*parse_address("10.244.0.53")};
  return settings;
}

test::Lines all(ZoneCursor& cursor) {
  test::Lines lines;
  while (const dns::Record* record = cursor.next()) lines.push_back(test::line(*record));
  return lines;
}

test::Lines zone(const Cluster& cluster, const AnswerSettings& settings) {
  const Answerer answerer(settings, cluster.store());
  ClusterZoneCursor cursor(answerer, {settings.zones.names().front(), settings.ttl, settings.ttl});
  return all(cursor);
}

test::Lines services(const Cluster& cluster, const AnswerSettings& settings, ServiceView view) {
  const Answerer answerer(settings, cluster.store());
  ServiceCursor cursor(answerer, {settings.zones.names().front(), 5, 30, ""}, view);
  return all(cursor);
}

void fill(Cluster& cluster) {
  cluster.name_space("default");
  cluster.name_space("shop");
  cluster.service("web.shop", {.ips = {"10.96.5.6"}, .ports = {{"http", "TCP", 80}}});
  cluster.service("web.default", {.ips = {"10.96.5.5", "fd00::55"},
                                  .ports = {{"HTTP", "TCP", 80}, {"", "UDP", 53}}});
  cluster.service("bare.default", {.ips = {"10.96.6.6"}});
  cluster.service("db.default", {.ips = {"None"}, .ports = {{"pg", "TCP", 5432}}});
  cluster.slice("db-a.default", {.service = "db",
                                 .ports = {{"pg", "TCP", 5432}, {"", "TCP", 1}},
                                 .endpoints = {{.address = "10.244.1.3", .hostname = "db-0"},
                                               {.address = "10.244.1.4"}}});
  cluster.slice("db-b.default", {.service = "db",
                                 .ports = {{"pg", "TCP", 5432}},
                                 .endpoints = {{.address = "fd00::3", .hostname = "db-0"}}});
  cluster.service("idle.default", {.ips = {"None"}});
  cluster.service("ext.default", {.type = "ExternalName", .external = "api.example.com"});
  cluster.service("literal.default", {.type = "ExternalName", .external = "192.0.2.1"});
  cluster.service("waits.default", {.ips = {}});
  cluster.service("ghost.nowhere", {.ips = {"10.96.7.7"}, .ports = {{"x", "TCP", 1}}});
}

// The manual clock's wall time is 2026-01-01T01:00:00Z.
const std::string kZone =
    "cluster.local. 5 IN SOA ns.dns.cluster.local. hostmaster.cluster.local. "
    "1767229200 7200 1800 86400 5"
    R"(
cluster.local. 5 IN NS ns.dns.cluster.local.
ns.dns.cluster.local. 5 IN A 10.244.0.53
dns-version.cluster.local. 28800 IN TXT "1.1.0"
bare.default.svc.cluster.local. 5 IN A 10.96.6.6
db.default.svc.cluster.local. 5 IN A 10.244.1.3
db.default.svc.cluster.local. 5 IN A 10.244.1.4
db.default.svc.cluster.local. 5 IN AAAA fd00::3
_pg._tcp.db.default.svc.cluster.local. 5 IN A 10.244.1.3
_pg._tcp.db.default.svc.cluster.local. 5 IN A 10.244.1.4
_pg._tcp.db.default.svc.cluster.local. 5 IN AAAA fd00::3
10-244-1-4.db.default.svc.cluster.local. 5 IN SRV 0 50 1 10-244-1-4.db.default.svc.cluster.local.
10-244-1-4.db.default.svc.cluster.local. 5 IN SRV 0 50 5432 10-244-1-4.db.default.svc.cluster.local.
db.default.svc.cluster.local. 5 IN SRV 0 20 1 10-244-1-4.db.default.svc.cluster.local.
db.default.svc.cluster.local. 5 IN SRV 0 20 5432 10-244-1-4.db.default.svc.cluster.local.
_pg._tcp.db.default.svc.cluster.local. 5 IN SRV 0 33 5432 10-244-1-4.db.default.svc.cluster.local.
10-244-1-4.db.default.svc.cluster.local. 5 IN A 10.244.1.4
db-0.db.default.svc.cluster.local. 5 IN SRV 0 33 1 db-0.db.default.svc.cluster.local.
db-0.db.default.svc.cluster.local. 5 IN SRV 0 33 5432 db-0.db.default.svc.cluster.local.
db.default.svc.cluster.local. 5 IN SRV 0 20 1 db-0.db.default.svc.cluster.local.
db.default.svc.cluster.local. 5 IN SRV 0 20 5432 db-0.db.default.svc.cluster.local.
_pg._tcp.db.default.svc.cluster.local. 5 IN SRV 0 33 5432 db-0.db.default.svc.cluster.local.
db-0.db.default.svc.cluster.local. 5 IN A 10.244.1.3
db-0.db.default.svc.cluster.local. 5 IN AAAA fd00::3
ext.default.svc.cluster.local. 5 IN CNAME api.example.com.
web.default.svc.cluster.local. 5 IN A 10.96.5.5
web.default.svc.cluster.local. 5 IN AAAA fd00::55
web.default.svc.cluster.local. 5 IN SRV 0 25 53 web.default.svc.cluster.local.
web.default.svc.cluster.local. 5 IN SRV 0 25 80 web.default.svc.cluster.local.
_http._tcp.web.default.svc.cluster.local. 5 IN A 10.96.5.5
_http._tcp.web.default.svc.cluster.local. 5 IN AAAA fd00::55
_http._tcp.web.default.svc.cluster.local. 5 IN SRV 0 50 80 web.default.svc.cluster.local.
web.shop.svc.cluster.local. 5 IN A 10.96.5.6
web.shop.svc.cluster.local. 5 IN SRV 0 100 80 web.shop.svc.cluster.local.
_http._tcp.web.shop.svc.cluster.local. 5 IN A 10.96.5.6
_http._tcp.web.shop.svc.cluster.local. 5 IN SRV 0 100 80 web.shop.svc.cluster.local.
)";

TEST_CASE("a zone has its services in the order of their names", "[kubernetes]") {
  Cluster cluster;
  fill(cluster);
  CHECK_THAT(zone(cluster, settings_for("cluster.local.")), test::is_records(kZone));
}

TEST_CASE("a transfer shows what questions are shown", "[kubernetes]") {
  Cluster cluster;
  fill(cluster);
  AnswerSettings settings = settings_for("cluster.local.");
  settings.namespaces = {*wire_key({"shop"})};
  CHECK(zone(cluster, settings).size() == 8);
  settings.ignore_empty_service = true;
  CHECK(zone(cluster, settings).size() == 4);
}

TEST_CASE("the name servers of a zone are the service before this server", "[kubernetes]") {
  Cluster cluster;
  fill(cluster);
  cluster.service("dns.default", {.ips = {"10.96.0.10"}});
  cluster.slice("dns-a.default", {.service = "dns", .endpoints = {{.address = "10.244.0.53"}}});
  const test::Lines lines = zone(cluster, settings_for("cluster.local."));
  CHECK(lines.at(1) == "cluster.local. 5 IN NS dns.default.svc.cluster.local.");
  CHECK(lines.at(2) == "ns.dns.cluster.local. 5 IN A 10.96.0.10");
  CHECK(std::count(lines.begin(), lines.end(),
                   "dns.default.svc.cluster.local. 5 IN A 10.96.0.10") == 1);
}

TEST_CASE("names that would be too long are left out", "[kubernetes]") {
  Cluster cluster;
  cluster.name_space("default");
  const std::string label(63, 'a');
  const std::string long_zone = label + '.' + label + '.' + std::string(55, 'b') + '.';
  cluster.service(label + ".default", {.ips = {"10.96.0.1"}, .ports = {{"http", "TCP", 80}}});
  cluster.service("a.default", {.ips = {"10.96.0.2"}, .ports = {{label, "TCP", 80}}});
  const test::Lines lines = zone(cluster, settings_for(long_zone));
  CHECK(lines.size() == 6);
  CHECK(lines.at(4) == "a.default.svc." + long_zone + " 5 IN A 10.96.0.2");
}

TEST_CASE("a service is told whole as it was when its turn came", "[kubernetes]") {
  Cluster cluster;
  fill(cluster);
  const AnswerSettings settings = settings_for("cluster.local.");
  const Answerer answerer(settings, cluster.store());
  ClusterZoneCursor cursor(answerer, {settings.zones.names().front(), 5, 5});
  std::string line;
  while (line != "db.default.svc.cluster.local. 5 IN A 10.244.1.3")
    line = test::line(*cursor.next());
  cluster.remove_slice("db-a.default");
  cluster.remove_slice("db-b.default");
  cluster.remove_service("db.default");
  cluster.remove_service("web.shop");
  cluster.collect();
  const test::Lines rest = all(cursor);
  REQUIRE(rest.size() == 26);
  CHECK(rest.at(17) == "db-0.db.default.svc.cluster.local. 5 IN AAAA fd00::3");
  CHECK(rest.back() ==
        "_http._tcp.web.default.svc.cluster.local. 5 IN SRV 0 50 80 "
        "web.default.svc.cluster.local.");
}

TEST_CASE("what a transfer may have missed shows under another serial", "[kubernetes]") {
  Cluster cluster;
  fill(cluster);
  const AnswerSettings settings = settings_for("cluster.local.");
  const std::uint32_t before = cluster.store().serial;
  zone(cluster, settings);
  cluster.service("late.default", {.ips = {"10.96.9.9"}});
  CHECK(cluster.store().serial == before + 1);
  cluster.clock().advance(std::chrono::seconds(10));
  cluster.remove_service("late.default");
  CHECK(cluster.store().serial == before + 10);
}

void fill_outside(Cluster& cluster) {
  cluster.name_space("default");
  cluster.service("web.default", {.ips = {"10.96.5.5"},
                                  .ports = {{"http", "TCP", 80}, {"", "UDP", 53}},
                                  .outside = {"192.0.2.5", "2001:db8::5", "192.0.2.5"}});
  cluster.service("lb.default", {.ips = {"10.96.5.6"},
                                 .ports = {{"http", "TCP", 80}},
                                 .outside = {"a.lb.example.", "b.lb.example."}});
  cluster.service("mixed.default", {.ips = {"10.96.5.7"},
                                    .ports = {{"http", "TCP", 80}},
                                    .outside = {"a.lb.example", "192.0.2.7"}});
  cluster.service("inside.default", {.ips = {"10.96.5.8"}, .ports = {{"http", "TCP", 80}}});
  cluster.service("db.default", {.ips = {"None"}});
  cluster.slice("db-a.default", {.service = "db",
                                 .ports = {{"pg", "TCP", 5432}},
                                 .endpoints = {{.address = "10.244.1.3", .hostname = "db-0"}}});
  cluster.service("ghost.nowhere", {.ips = {"10.96.7.7"}, .outside = {"192.0.2.9"}});
}

const std::string kOutside = R"(
lb.default.example. 5 IN CNAME a.lb.example.
_http._tcp.lb.default.example. 5 IN SRV 0 50 80 a.lb.example.
_http._tcp.lb.default.example. 5 IN SRV 0 50 80 b.lb.example.
mixed.default.example. 30 IN A 192.0.2.7
mixed.default.example. 5 IN SRV 0 50 80 mixed.default.example.
mixed.default.example. 5 IN SRV 0 50 80 a.lb.example.
_http._tcp.mixed.default.example. 30 IN A 192.0.2.7
_http._tcp.mixed.default.example. 5 IN SRV 0 50 80 mixed.default.example.
_http._tcp.mixed.default.example. 5 IN SRV 0 50 80 a.lb.example.
web.default.example. 30 IN A 192.0.2.5
web.default.example. 30 IN AAAA 2001:db8::5
web.default.example. 5 IN SRV 0 25 53 web.default.example.
web.default.example. 5 IN SRV 0 25 80 web.default.example.
_http._tcp.web.default.example. 30 IN A 192.0.2.5
_http._tcp.web.default.example. 30 IN AAAA 2001:db8::5
_http._tcp.web.default.example. 5 IN SRV 0 50 80 web.default.example.
)";

const std::string kHeadless = R"(
db.default.example. 30 IN A 10.244.1.3
_pg._tcp.db.default.example. 30 IN A 10.244.1.3
db-0.db.default.example. 5 IN SRV 0 100 5432 db-0.db.default.example.
db.default.example. 5 IN SRV 0 100 5432 db-0.db.default.example.
_pg._tcp.db.default.example. 5 IN SRV 0 100 5432 db-0.db.default.example.
db-0.db.default.example. 30 IN A 10.244.1.3
)";

TEST_CASE("a zone for the outside has external addresses only", "[kubernetes]") {
  Cluster cluster;
  fill_outside(cluster);
  const AnswerSettings settings = settings_for("example.");
  CHECK_THAT(services(cluster, settings, ServiceView::external), test::is_records(kOutside));
  CHECK_THAT(services(cluster, settings, ServiceView::external_with_headless),
             test::is_records(kHeadless + kOutside));
}

}  // namespace
}  // namespace catena::kubernetes
