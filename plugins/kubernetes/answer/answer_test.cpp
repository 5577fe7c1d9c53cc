// SPDX-License-Identifier: Apache-2.0
// Every kind of name with every type that matters, asked of a small cluster: as CoreDNS 1.15
// answers.
#include "plugins/kubernetes/answer/testing.hpp"
#include "plugins/kubernetes/store/testing.hpp"

#include <catch2/catch.hpp>

namespace catena::kubernetes {
namespace {

using testing::Asker;
using testing::Cluster;
using testing::name_of;

void fill(Cluster& cluster) {
  cluster.name_space("default");
  cluster.name_space("shop");
  cluster.service("web.default", {.ips = {"10.96.5.5", "fd00::55"},
                                  .ports = {{"http", "TCP", 80}, {"metrics", "TCP", 9100}}});
  cluster.service("six.default", {.ips = {"fd00::66"}, .ports = {{"http", "TCP", 80}}});
  cluster.service("db.default", {.ips = {"None"}, .ports = {{"pg", "TCP", 5432}}});
  cluster.slice("db-a.default", {.service = "db",
                                 .ports = {{"pg", "TCP", 5432}},
                                 .endpoints = {{.address = "10.244.1.3", .hostname = "db-0"}}});
  cluster.service("idle.default", {.ips = {"None"}, .ports = {{"x", "TCP", 1}}});
  cluster.service("bare.default", {.ips = {"None"}});
  cluster.slice("bare-a.default", {.service = "bare", .endpoints = {{.address = "10.244.9.9"}}});
  cluster.service("ext.default", {.type = "ExternalName", .external = "api.example.com"});
  cluster.service("inner.default",
                  {.type = "ExternalName", .external = "web.default.svc.cluster.local"});
  cluster.service("lost.default",
                  {.type = "ExternalName", .external = "nobody.default.svc.cluster.local"});
  cluster.service("loop.default",
                  {.type = "ExternalName", .external = "loop.default.svc.cluster.local"});
  cluster.service("to-pod.default",
                  {.type = "ExternalName", .external = "10-0-0-1.default.pod.cluster.local"});
  cluster.service("to-ns.default",
                  {.type = "ExternalName", .external = "default.svc.cluster.local"});
  cluster.service("ring-a.default",
                  {.type = "ExternalName", .external = "ring-b.default.svc.cluster.local"});
  cluster.service("ring-b.default",
                  {.type = "ExternalName", .external = "ring-a.default.svc.cluster.local"});
  cluster.service("below.default",
                  {.type = "ExternalName", .external = "x.below.default.svc.cluster.local"});
  cluster.service("twice.default", {.ips = {"None"}});
  for (const char* slice : {"twice-a.default", "twice-b.default"}) {
    cluster.slice(slice, {.service = "twice", .endpoints = {{.address = "10.244.5.1"}}});
  }
  cluster.service("to-twice.default",
                  {.type = "ExternalName", .external = "twice.default.svc.cluster.local"});
  cluster.service("literal.default", {.type = "ExternalName", .external = "192.0.2.1"});
  cluster.service("ghost.nowhere", {.ips = {"10.96.7.7"}, .ports = {{"x", "TCP", 1}}});
  cluster.service("zoned.default", {.ips = {"None"}, .ports = {{"http", "TCP", 80}}});
  cluster.slice("zoned-a.default",
                {.service = "zoned",
                 .ports = {{"http", "TCP", 80}},
                 .endpoints = {{.address = "10.244.3.1", .hostname = "a", .zone = "eu.West-1"},
                               {.address = "10.244.3.2", .hostname = "b", .zone = "us"}}});
  cluster.service("named.default", {.ips = {"10.96.8.8"}, .ports = {{"http", "TCP", 80}}});
  cluster.slice("named-a.default",
                {.service = "named",
                 .ports = {{"http", "TCP", 8080}},
                 .endpoints = {{.address = "10.244.4.1"}, {.address = "fd00::", .hostname = ""}}});
}

struct Row {
  const char* name;
  const char* ask;
  const char* answer;
};

const Row kRows[] = {
    {"the apex has no address", "cluster.local. A", "ND"},
    {"the apex has no text, and is no name error for that", "cluster.local. TXT", "ND"},
    {"the apex has a SOA record", "cluster.local. SOA",
     "cluster.local. 5 IN SOA ns.dns.cluster.local. hostmaster.cluster.local. 1767229200 7200 1800 "
     "86400 5\n"},
    {"the zone keeps the question's spelling", "CluSter.Local. SOA",
     "CluSter.Local. 5 IN SOA ns.dns.CluSter.Local. hostmaster.CluSter.Local. 1767229200 7200 1800 "
     "86400 5\n"},
    {"svc is a node without data", "svc.cluster.local. A", "ND"},
    {"pod is a node without data", "pod.cluster.local. AAAA", "ND"},
    {"a namespace is a node without data", "default.svc.cluster.local. A", "ND"},
    {"an unknown namespace is a name error", "nowhere.svc.cluster.local. A", "NX"},
    {"also for SOA", "nowhere.svc.cluster.local. SOA", "NX"},
    {"a service of an unknown namespace is a name error", "ghost.nowhere.svc.cluster.local. A",
     "NX"},
    {"a service answers with its cluster IP", "web.default.svc.cluster.local. A",
     "web.default.svc.cluster.local. 5 IN A 10.96.5.5\n"},
    {"and with its second family", "web.default.svc.cluster.local. AAAA",
     "web.default.svc.cluster.local. 5 IN AAAA fd00::55\n"},
    {"letter case does not matter and is kept", "WEB.default.SVC.cluster.local. A",
     "WEB.default.SVC.cluster.local. 5 IN A 10.96.5.5\n"},
    {"SRV lists each port once, weighted over ports and addresses",
     "web.default.svc.cluster.local. SRV",
     "web.default.svc.cluster.local. 5 IN SRV 0 25 80 web.default.svc.cluster.local.\n"
     "web.default.svc.cluster.local. 5 IN SRV 0 25 9100 web.default.svc.cluster.local.\n"
     "+ web.default.svc.cluster.local. 5 IN A 10.96.5.5\n"
     "+ web.default.svc.cluster.local. 5 IN AAAA fd00::55\n"},
    {"a port by name and protocol", "_http._tcp.web.default.svc.cluster.local. SRV",
     "_http._tcp.web.default.svc.cluster.local. 5 IN SRV 0 50 80 web.default.svc.cluster.local.\n"
     "+ web.default.svc.cluster.local. 5 IN A 10.96.5.5\n"
     "+ web.default.svc.cluster.local. 5 IN AAAA fd00::55\n"},
    {"underscores may be left out", "http.tcp.web.default.svc.cluster.local. A",
     "http.tcp.web.default.svc.cluster.local. 5 IN A 10.96.5.5\n"},
    {"an underscore alone is any port, as Go's LookupSRV(\"\", \"tcp\", ...) asks",
     "_._tcp.web.default.svc.cluster.local. SRV",
     "_._tcp.web.default.svc.cluster.local. 5 IN SRV 0 25 80 web.default.svc.cluster.local.\n"
     "_._tcp.web.default.svc.cluster.local. 5 IN SRV 0 25 9100 web.default.svc.cluster.local.\n"
     "+ web.default.svc.cluster.local. 5 IN A 10.96.5.5\n"
     "+ web.default.svc.cluster.local. 5 IN AAAA fd00::55\n"},
    {"and any protocol", "_http._.web.default.svc.cluster.local. SRV",
     "_http._.web.default.svc.cluster.local. 5 IN SRV 0 50 80 web.default.svc.cluster.local.\n"
     "+ web.default.svc.cluster.local. 5 IN A 10.96.5.5\n"
     "+ web.default.svc.cluster.local. 5 IN AAAA fd00::55\n"},
    {"both are the service", "_._.web.default.svc.cluster.local. A",
     "_._.web.default.svc.cluster.local. 5 IN A 10.96.5.5\n"},
    {"of a protocol that it does not have: a name error",
     "_._udp.web.default.svc.cluster.local. SRV", "NX"},
    {"any port of a headless service", "_._tcp.db.default.svc.cluster.local. SRV",
     "_._tcp.db.default.svc.cluster.local. 5 IN SRV 0 100 5432 db-0.db.default.svc.cluster.local.\n"
     "+ db-0.db.default.svc.cluster.local. 5 IN A 10.244.1.3\n"},
    {"a service without ports has no protocol either", "_._tcp.bare.default.svc.cluster.local. A",
     "NX"},
    {"any port of an ExternalName is its name", "_._.ext.default.svc.cluster.local. CNAME",
     "_._.ext.default.svc.cluster.local. 5 IN CNAME api.example.com.\n"},
    {"another protocol is a name error", "_http._udp.web.default.svc.cluster.local. SRV", "NX"},
    {"another port is a name error for every type", "_x._tcp.web.default.svc.cluster.local. TXT",
     "NX"},
    {"a protocol alone is an endpoint that is not there", "_tcp.web.default.svc.cluster.local. A",
     "NX"},
    {"the missing family of a service is no data", "six.default.svc.cluster.local. A", "ND"},
    {"text of a service is no data", "web.default.svc.cluster.local. TXT", "ND"},
    {"a missing service is a name error", "nobody.default.svc.cluster.local. A", "NX"},
    {"four labels left of a namespace are too many", "a.b.c.web.default.svc.cluster.local. A",
     "NX"},
    {"a name of another kind is a name error", "foo.bar.cluster.local. A", "NX"},
    {"also where it is one label", "foo.cluster.local. A", "NX"},

    {"a headless service answers with its ready endpoints", "db.default.svc.cluster.local. A",
     "db.default.svc.cluster.local. 5 IN A 10.244.1.3\n"},
    {"its other family is no data", "db.default.svc.cluster.local. AAAA", "ND"},
    {"its SRV records name the endpoints", "_pg._tcp.db.default.svc.cluster.local. SRV",
     "_pg._tcp.db.default.svc.cluster.local. 5 IN SRV 0 100 5432 "
     "db-0.db.default.svc.cluster.local.\n"
     "+ db-0.db.default.svc.cluster.local. 5 IN A 10.244.1.3\n"},
    {"an endpoint has a name", "db-0.db.default.svc.cluster.local. A",
     "db-0.db.default.svc.cluster.local. 5 IN A 10.244.1.3\n"},
    {"in any letter case", "DB-0.db.default.svc.cluster.local. A",
     "DB-0.db.default.svc.cluster.local. 5 IN A 10.244.1.3\n"},
    {"an endpoint with a hostname has no name by address",
     "10-244-1-3.db.default.svc.cluster.local. A", "NX"},
    {"an unready or unknown endpoint is a name error", "db-1.db.default.svc.cluster.local. A",
     "NX"},
    {"a headless service without ready endpoints is a name error",
     "idle.default.svc.cluster.local. A", "NX"},
    {"for every type", "idle.default.svc.cluster.local. TXT", "NX"},
    {"without ports there are addresses", "bare.default.svc.cluster.local. A",
     "bare.default.svc.cluster.local. 5 IN A 10.244.9.9\n"},
    {"but no SRV records", "bare.default.svc.cluster.local. SRV", "ND"},
    {"an endpoint without a hostname is named by its address",
     "10-244-9-9.bare.default.svc.cluster.local. A",
     "10-244-9-9.bare.default.svc.cluster.local. 5 IN A 10.244.9.9\n"},
    {"endpoints have names below an ordinary service too",
     "10-244-4-1.named.default.svc.cluster.local. A",
     "10-244-4-1.named.default.svc.cluster.local. 5 IN A 10.244.4.1\n"},
    {"an IPv6 name that would end in a dash has a zero there",
     "fd00--0.named.default.svc.cluster.local. AAAA",
     "fd00--0.named.default.svc.cluster.local. 5 IN AAAA fd00::\n"},

    {"ExternalName is a CNAME", "ext.default.svc.cluster.local. CNAME",
     "ext.default.svc.cluster.local. 5 IN CNAME api.example.com.\n"},
    {"its addresses are elsewhere", "ext.default.svc.cluster.local. A",
     "-> api.example.com.\next.default.svc.cluster.local. 5 IN CNAME api.example.com.\n"},
    {"other types get the CNAME as well", "ext.default.svc.cluster.local. HTTPS",
     "ext.default.svc.cluster.local. 5 IN CNAME api.example.com.\n"},
    {"nothing is below it", "x.ext.default.svc.cluster.local. A", "NX"},
    {"a target in the cluster is resolved here", "inner.default.svc.cluster.local. A",
     "inner.default.svc.cluster.local. 5 IN CNAME web.default.svc.cluster.local.\n"
     "web.default.svc.cluster.local. 5 IN A 10.96.5.5\n"},
    {"a pod's name as a target keeps its own name", "to-pod.default.svc.cluster.local. A",
     "to-pod.default.svc.cluster.local. 5 IN CNAME 10-0-0-1.default.pod.cluster.local.\n"
     "10-0-0-1.default.pod.cluster.local. 5 IN A 10.0.0.1\n"},
    {"a target that is not there is told (RFC 6604): the CNAME was withheld once",
     "lost.default.svc.cluster.local. A",
     "NX nobody.default.svc.cluster.local.\n"
     "lost.default.svc.cluster.local. 5 IN CNAME nobody.default.svc.cluster.local.\n"},
    {"a target without the family has no data", "to-pod.default.svc.cluster.local. AAAA",
     "ND 10-0-0-1.default.pod.cluster.local.\n"
     "to-pod.default.svc.cluster.local. 5 IN CNAME 10-0-0-1.default.pod.cluster.local.\n"},
    {"a target may be any name of the zone", "to-ns.default.svc.cluster.local. A",
     "ND default.svc.cluster.local.\n"
     "to-ns.default.svc.cluster.local. 5 IN CNAME default.svc.cluster.local.\n"},
    {"a loop leads nowhere", "loop.default.svc.cluster.local. A",
     "loop at loop.default.svc.cluster.local.\n"
     "loop.default.svc.cluster.local. 5 IN CNAME loop.default.svc.cluster.local.\n"},
    {"also one of two names, which are told once each", "ring-a.default.svc.cluster.local. A",
     "loop at ring-a.default.svc.cluster.local.\n"
     "ring-a.default.svc.cluster.local. 5 IN CNAME ring-b.default.svc.cluster.local.\n"
     "ring-b.default.svc.cluster.local. 5 IN CNAME ring-a.default.svc.cluster.local.\n"},
    {"what is below an alias is no loop, and not there", "below.default.svc.cluster.local. A",
     "NX x.below.default.svc.cluster.local.\n"
     "below.default.svc.cluster.local. 5 IN CNAME x.below.default.svc.cluster.local.\n"},
    {"endpoints in two slices behind an alias", "to-twice.default.svc.cluster.local. A",
     "to-twice.default.svc.cluster.local. 5 IN CNAME twice.default.svc.cluster.local.\n"
     "twice.default.svc.cluster.local. 5 IN A 10.244.5.1\n"},
    {"an address is no external name", "literal.default.svc.cluster.local. A", "NX"},

    {"a pod's name is its address", "10-0-0-1.default.pod.cluster.local. A",
     "10-0-0-1.default.pod.cluster.local. 5 IN A 10.0.0.1\n"},
    {"also of the second family", "fd00--1.default.pod.cluster.local. AAAA",
     "fd00--1.default.pod.cluster.local. 5 IN AAAA fd00::1\n"},
    {"the other family of a pod is no data", "10-0-0-1.default.pod.cluster.local. AAAA", "ND"},
    {"a pod has an SRV record with port 0", "10-0-0-1.default.pod.cluster.local. SRV",
     "10-0-0-1.default.pod.cluster.local. 5 IN SRV 0 100 0 10-0-0-1.default.pod.cluster.local.\n"
     "+ 10-0-0-1.default.pod.cluster.local. 5 IN A 10.0.0.1\n"},
    {"two labels left of a pod's address are not looked at",
     "a.b.10-0-0-1.default.pod.cluster.local. A",
     "a.b.10-0-0-1.default.pod.cluster.local. 5 IN A 10.0.0.1\n"},
    {"three labels left of it are too many: they were no data once",
     "a.b.c.10-0-0-1.default.pod.cluster.local. A", "NX"},
    {"what is no address is a name error", "blah.default.pod.cluster.local. A", "NX"},
    {"pods of an unknown namespace are a name error", "10-0-0-1.nowhere.pod.cluster.local. A",
     "NX"},
    {"a namespace of pods is a node", "default.pod.cluster.local. A", "ND"},

    {"the specification's version", "dns-version.cluster.local. TXT",
     "dns-version.cluster.local. 28800 IN TXT \"1.1.0\"\n"},
    {"has no address", "dns-version.cluster.local. A", "ND"},
    {"dns is the node above ns.dns", "dns.cluster.local. A", "ND"},

    {"an address of a service leads back to it", "5.5.96.10.in-addr.arpa. PTR",
     "5.5.96.10.in-addr.arpa. 5 IN PTR web.default.svc.cluster.local.\n"},
    {"so does an IPv6 one",
     "5.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa. PTR",
     "5.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.d.f.ip6.arpa. 5 IN PTR "
     "web.default.svc.cluster.local.\n"},
    {"an endpoint's address leads to its name", "3.1.244.10.in-addr.arpa. PTR",
     "3.1.244.10.in-addr.arpa. 5 IN PTR db-0.db.default.svc.cluster.local.\n"},
    {"another type there is no data", "3.1.244.10.in-addr.arpa. A", "ND"},
    {"an unknown address is a name error", "1.2.3.4.in-addr.arpa. PTR", "NX"},
    {"a part of an address too", "244.10.in-addr.arpa. PTR", "NX"},
    {"a hidden namespace does not leak through addresses", "7.7.96.10.in-addr.arpa. PTR", "NX"},
    {"the reverse zone has an apex", "in-addr.arpa. A", "ND"},
    {"names of services do not exist in it", "web.default.svc.in-addr.arpa. A", "NX"},
    {"PTR of a forward name is no data", "web.default.svc.cluster.local. PTR", "ND"},

    {"zones are off by default", "us.pin._zone.zoned.default.svc.cluster.local. A", "NX"},
};

TEST_CASE("the answers of a cluster", "[kubernetes]") {
  Cluster cluster;
  fill(cluster);
  Asker asker(cluster.store());
  for (const Row& row : kRows) {
    DYNAMIC_SECTION(row.name << ": " << row.ask) { CHECK(asker.ask(row.ask) == row.answer); }
  }
}

const Row kZonalRows[] = {
    {"pin gives the zone's endpoints", "us.pin._zone.zoned.default.svc.cluster.local. A",
     "us.pin._zone.zoned.default.svc.cluster.local. 5 IN A 10.244.3.2\n"},
    {"a zone's name may have dots, in any letter case",
     "EU.west-1.pin._zone.zoned.default.svc.cluster.local. A",
     "EU.west-1.pin._zone.zoned.default.svc.cluster.local. 5 IN A 10.244.3.1\n"},
    {"pin of another zone is no data", "asia.pin._zone.zoned.default.svc.cluster.local. TXT", "ND"},
    {"pin of a service without endpoints too", "us.pin._zone.idle.default.svc.cluster.local. A",
     "ND"},
    {"and prefer of one", "us.prefer._zone.idle.default.svc.cluster.local. A", "ND"},
    {"prefer of another zone gives all", "asia.prefer._zone.zoned.default.svc.cluster.local. A",
     "asia.prefer._zone.zoned.default.svc.cluster.local. 5 IN A 10.244.3.1\n"
     "asia.prefer._zone.zoned.default.svc.cluster.local. 5 IN A 10.244.3.2\n"},
    {"prefer of a zone with endpoints gives those",
     "us.prefer._zone.zoned.default.svc.cluster.local. A",
     "us.prefer._zone.zoned.default.svc.cluster.local. 5 IN A 10.244.3.2\n"},
    {"SRV targets are the ordinary names", "us.pin._zone.zoned.default.svc.cluster.local. SRV",
     "us.pin._zone.zoned.default.svc.cluster.local. 5 IN SRV 0 100 80 "
     "b.zoned.default.svc.cluster.local.\n"
     "+ b.zoned.default.svc.cluster.local. 5 IN A 10.244.3.2\n"},
    {"another word is a name error", "us.near._zone.zoned.default.svc.cluster.local. A", "NX"},
    {"a cluster IP has no zones", "us.pin._zone.web.default.svc.cluster.local. A", "NX"},
};

TEST_CASE("the answers of topology zones", "[kubernetes]") {
  Cluster cluster;
  fill(cluster);
  Asker asker(cluster.store());
  asker.settings.zonal = true;
  for (const Row& row : kZonalRows) {
    DYNAMIC_SECTION(row.name << ": " << row.ask) { CHECK(asker.ask(row.ask) == row.answer); }
  }
}

TEST_CASE("pods that are verified exist only where a pod is", "[kubernetes]") {
  Cluster cluster;
  fill(cluster);
  cluster.pod("p.default", {"10.0.0.1", "fd00:0:0::1"});
  Asker asker(cluster.store());
  asker.settings.pods = PodMode::verified;
  CHECK(asker.ask("10-0-0-1.default.pod.cluster.local. A") ==
        "10-0-0-1.default.pod.cluster.local. 5 IN A 10.0.0.1\n");
  CHECK(asker.ask("fd00--1.default.pod.cluster.local. AAAA") ==
        "fd00--1.default.pod.cluster.local. 5 IN AAAA fd00::1\n");
  CHECK(asker.ask("10-0-0-2.default.pod.cluster.local. A") == "NX");
  CHECK(asker.ask("10-0-0-1.shop.pod.cluster.local. A") == "NX");
  cluster.remove_pod("p.default");
  CHECK(asker.ask("10-0-0-1.default.pod.cluster.local. A") == "NX");
}

TEST_CASE("pods that are disabled do not exist at all", "[kubernetes]") {
  Cluster cluster;
  fill(cluster);
  Asker asker(cluster.store());
  asker.settings.pods = PodMode::disabled;
  CHECK(asker.ask("10-0-0-1.default.pod.cluster.local. A") == "NX");
  CHECK(asker.ask("default.pod.cluster.local. A") == "NX");
  CHECK(asker.ask("pod.cluster.local. A") == "ND");
}

TEST_CASE("a service without ready endpoints can be ignored", "[kubernetes]") {
  Cluster cluster;
  fill(cluster);
  Asker asker(cluster.store());
  asker.settings.ignore_empty_service = true;
  CHECK(asker.ask("web.default.svc.cluster.local. A") == "NX");
  CHECK(asker.ask("named.default.svc.cluster.local. A") ==
        "named.default.svc.cluster.local. 5 IN A 10.96.8.8\n");
}

TEST_CASE("only the namespaces that are listed are shown", "[kubernetes]") {
  Cluster cluster;
  fill(cluster);
  Asker asker(cluster.store());
  asker.settings.namespaces = {*wire_key({"shop"})};
  CHECK(asker.ask("web.default.svc.cluster.local. A") == "NX");
  CHECK(asker.ask("default.svc.cluster.local. A") == "NX");
  CHECK(asker.ask("shop.svc.cluster.local. A") == "ND");
  CHECK(asker.ask("5.5.96.10.in-addr.arpa. PTR") == "NX");
}

TEST_CASE("the zone's name servers are the service that has this server behind it",
          "[kubernetes]") {
  Cluster cluster;
  fill(cluster);
  Asker asker(cluster.store());
  asker.settings.local_addresses = {*parse_address("10.244.4.1")};
  CHECK(asker.ask("cluster.local. NS") ==
        "cluster.local. 5 IN NS named.default.svc.cluster.local.\n"
        "+ named.default.svc.cluster.local. 5 IN A 10.96.8.8\n");
  CHECK(asker.ask("ns.dns.cluster.local. A") == "ns.dns.cluster.local. 5 IN A 10.96.8.8\n");
  asker.settings.local_addresses = {*parse_address("192.0.2.53")};
  CHECK(asker.ask("Cluster.local. NS") ==
        "Cluster.local. 5 IN NS ns.dns.Cluster.local.\n"
        "+ ns.dns.Cluster.local. 5 IN A 192.0.2.53\n");
  CHECK(asker.ask("ns.dns.cluster.local. AAAA") == "ND");
}

TEST_CASE("endpoints of two slices are merged, and none is told twice", "[kubernetes]") {
  Cluster cluster;
  fill(cluster);
  cluster.slice("db-b.default", {.service = "db",
                                 .ports = {{"pg", "TCP", 5432}},
                                 .endpoints = {{.address = "10.244.1.3", .hostname = "db-0"},
                                               {.address = "10.244.1.4", .hostname = "db-1"}}});
  Asker asker(cluster.store());
  CHECK(asker.ask("db.default.svc.cluster.local. A") ==
        "db.default.svc.cluster.local. 5 IN A 10.244.1.3\n"
        "db.default.svc.cluster.local. 5 IN A 10.244.1.4\n");
  CHECK(asker.ask("3.1.244.10.in-addr.arpa. PTR") ==
        "3.1.244.10.in-addr.arpa. 5 IN PTR db-0.db.default.svc.cluster.local.\n");
  cluster.remove_slice("db-a.default");
  CHECK(asker.ask("3.1.244.10.in-addr.arpa. PTR") ==
        "3.1.244.10.in-addr.arpa. 5 IN PTR db-0.db.default.svc.cluster.local.\n");
  cluster.remove_slice("db-b.default");
  CHECK(asker.ask("3.1.244.10.in-addr.arpa. PTR") == "NX");
  CHECK(asker.ask("db.default.svc.cluster.local. A") == "NX");
}

TEST_CASE("an address behind two services has two names", "[kubernetes]") {
  Cluster cluster;
  fill(cluster);
  cluster.service("also.default", {.ips = {"None"}, .ports = {{"pg", "TCP", 5432}}});
  cluster.slice("also-a.default", {.service = "also", .endpoints = {{.address = "10.244.1.3"}}});
  Asker asker(cluster.store());
  CHECK(asker.ask("3.1.244.10.in-addr.arpa. PTR") ==
        "3.1.244.10.in-addr.arpa. 5 IN PTR db-0.db.default.svc.cluster.local.\n"
        "3.1.244.10.in-addr.arpa. 5 IN PTR 10-244-1-3.also.default.svc.cluster.local.\n");
}

TEST_CASE("the weight of SRV records is a share of a hundred", "[kubernetes]") {
  Cluster cluster;
  fill(cluster);
  testing::SliceSpec slice{.service = "many", .ports = {{"p", "TCP", 1}}};
  for (int i = 1; i <= 6; ++i) {
    slice.endpoints.push_back({.address = "10.244.7." + std::to_string(i),
                               .hostname = i == 6 ? "h5" : "h" + std::to_string(i)});
  }
  cluster.service("many.default", {.ips = {"None"}, .ports = {{"p", "TCP", 1}}});
  cluster.slice("many-a.default", slice);
  Asker asker(cluster.store());
  const std::string answer = asker.ask("many.default.svc.cluster.local. SRV");
  CHECK(answer.find("SRV 0 16 1 h1.many.default.svc.cluster.local.") != std::string::npos);
  const auto count = [&answer](const std::string& text) {
    std::size_t found = 0;
    for (std::size_t at = answer.find(text); at != std::string::npos;
         at = answer.find(text, at + 1))
      ++found;
    return found;
  };
  CHECK(count(" SRV ") == 5);
  CHECK(count(" A ") == 6);
}

}  // namespace
}  // namespace catena::kubernetes
