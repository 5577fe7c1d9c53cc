// SPDX-License-Identifier: Apache-2.0
// Endpoints whose addresses are names (FQDN slices), and endpoints whose names have dots (pods).
#include "plugins/kubernetes/answer/testing.hpp"
#include "plugins/kubernetes/store/testing.hpp"

#include <catch2/catch.hpp>

namespace catena::kubernetes {
namespace {

using testing::Asker;
using testing::Cluster;

struct Row {
  const char* name;
  const char* ask;
  const char* answer;
};

void fill(Cluster& cluster) {
  cluster.name_space("default");
  for (const char* name : {"db", "both", "pods"}) {
    cluster.service(std::string(name) + ".default", {.ips = {"None"}});
  }
  cluster.slice("db-a.default", {.service = "db",
                                 .ports = {{"pg", "TCP", 5432}},
                                 .endpoints = {{.address = "b.example"},
                                               {.address = "A.example.", .hostname = "one"}},
                                 .address_type = "FQDN"});
  cluster.slice(
      "both-a.default",
      {.service = "both", .endpoints = {{.address = "b.example"}}, .address_type = "FQDN"});
  cluster.slice("both-b.default", {.service = "both", .endpoints = {{.address = "10.244.1.1"}}});
  cluster.service("inner.default", {.ips = {"None"}});
  cluster.slice("inner-a.default", {.service = "inner",
                                    .endpoints = {{.address = "both.default.svc.cluster.local"}},
                                    .address_type = "FQDN"});
  cluster.service("behind.default", {.ips = {"10.96.1.1"}, .ports = {{"http", "TCP", 80}}});
  cluster.slice("behind-a.default", {.service = "behind",
                                     .endpoints = {{.address = "b.example", .hostname = "one"}},
                                     .address_type = "FQDN"});
  cluster.slice("pods-a.default", {.service = "pods",
                                   .ports = {{"http", "TCP", 80}},
                                   .endpoints = {{.address = "10.244.2.1", .target = "web.1"},
                                                 {.address = "10.244.2.2", .target = "a.b.c"},
                                                 {.address = "10.244.2.3", .target = "http.tcp"},
                                                 {.address = "10.244.2.4", .target = "bad..pod"},
                                                 {.address = "::ffff:10.244.2.5"}}});
}

const Row kRows[] = {
    {"the name of an FQDN slice is followed, of several the first",
     "db.default.svc.cluster.local. A",
     "-> A.example.\ndb.default.svc.cluster.local. 5 IN CNAME A.example.\n"},
    {"in both families", "db.default.svc.cluster.local. AAAA",
     "-> A.example.\ndb.default.svc.cluster.local. 5 IN CNAME A.example.\n"},
    {"CNAME is what it is", "db.default.svc.cluster.local. CNAME",
     "db.default.svc.cluster.local. 5 IN CNAME A.example.\n"},
    {"there are no SRV records", "db.default.svc.cluster.local. SRV", "ND"},
    {"also of a port", "_pg._tcp.db.default.svc.cluster.local. SRV", "ND"},
    {"an endpoint has its own", "one.db.default.svc.cluster.local. A",
     "-> A.example.\none.db.default.svc.cluster.local. 5 IN CNAME A.example.\n"},
    {"or is named as its address", "b-example.db.default.svc.cluster.local. A",
     "-> b.example.\nb-example.db.default.svc.cluster.local. 5 IN CNAME b.example.\n"},
    {"other endpoints are not there", "two.db.default.svc.cluster.local. A", "NX"},
    {"addresses win: beside a CNAME there may be nothing", "both.default.svc.cluster.local. A",
     "both.default.svc.cluster.local. 5 IN A 10.244.1.1\n"},
    {"also those of the other family", "both.default.svc.cluster.local. AAAA", "ND"},
    {"a name in the cluster is resolved here", "inner.default.svc.cluster.local. A",
     "inner.default.svc.cluster.local. 5 IN CNAME both.default.svc.cluster.local.\n"
     "both.default.svc.cluster.local. 5 IN A 10.244.1.1\n"},
    {"a service with a cluster IP keeps it", "behind.default.svc.cluster.local. A",
     "behind.default.svc.cluster.local. 5 IN A 10.96.1.1\n"},
    {"and has the endpoint", "one.behind.default.svc.cluster.local. A",
     "-> b.example.\none.behind.default.svc.cluster.local. 5 IN CNAME b.example.\n"},
    {"a pod's name with a dot is two labels", "web.1.pods.default.svc.cluster.local. SRV",
     "web.1.pods.default.svc.cluster.local. 5 IN SRV 0 100 80 "
     "web.1.pods.default.svc.cluster.local.\n"
     "+ web.1.pods.default.svc.cluster.local. 5 IN A 10.244.2.1\n"},
    {"one with two dots is three", "A.b.C.pods.default.svc.cluster.local. A",
     "A.b.C.pods.default.svc.cluster.local. 5 IN A 10.244.2.2\n"},
    {"a dot inside of a label is none between labels", "web\\.1.pods.default.svc.cluster.local. A",
     "NX"},
    {"a port wins over a pod that is called as it", "http.tcp.pods.default.svc.cluster.local. SRV",
     "http.tcp.pods.default.svc.cluster.local. 5 IN SRV 0 20 80 "
     "a.b.c.pods.default.svc.cluster.local.\n"
     "http.tcp.pods.default.svc.cluster.local. 5 IN SRV 0 20 80 "
     "web.1.pods.default.svc.cluster.local.\n"
     "http.tcp.pods.default.svc.cluster.local. 5 IN SRV 0 20 80 "
     "http.tcp.pods.default.svc.cluster.local.\n"
     "http.tcp.pods.default.svc.cluster.local. 5 IN SRV 0 20 80 "
     "10-244-2-4.pods.default.svc.cluster.local.\n"
     "http.tcp.pods.default.svc.cluster.local. 5 IN SRV 0 20 80 "
     "10-244-2-5.pods.default.svc.cluster.local.\n"
     "+ a.b.c.pods.default.svc.cluster.local. 5 IN A 10.244.2.2\n"
     "+ web.1.pods.default.svc.cluster.local. 5 IN A 10.244.2.1\n"
     "+ http.tcp.pods.default.svc.cluster.local. 5 IN A 10.244.2.3\n"
     "+ 10-244-2-4.pods.default.svc.cluster.local. 5 IN A 10.244.2.4\n"
     "+ 10-244-2-5.pods.default.svc.cluster.local. 5 IN A 10.244.2.5\n"},
    {"a name that cannot be gives way to the address",
     "10-244-2-4.pods.default.svc.cluster.local. A",
     "10-244-2-4.pods.default.svc.cluster.local. 5 IN A 10.244.2.4\n"},
    {"an IPv4 address in IPv6's clothes is an A record",
     "10-244-2-5.pods.default.svc.cluster.local. A",
     "10-244-2-5.pods.default.svc.cluster.local. 5 IN A 10.244.2.5\n"},
    {"and no AAAA record", "10-244-2-5.pods.default.svc.cluster.local. AAAA", "ND"},
    {"PTR has the labels too", "1.2.244.10.in-addr.arpa. PTR",
     "1.2.244.10.in-addr.arpa. 5 IN PTR web.1.pods.default.svc.cluster.local.\n"},
};

TEST_CASE("endpoints that are names, and names that have dots", "[kubernetes]") {
  Cluster cluster(Cluster::Identities::dropped, EndpointNames::by_pod);
  fill(cluster);
  Asker asker(cluster.store());
  for (const Row& row : kRows) {
    DYNAMIC_SECTION(row.name << ": " << row.ask) { CHECK(asker.ask(row.ask) == row.answer); }
  }
}

}  // namespace
}  // namespace catena::kubernetes
