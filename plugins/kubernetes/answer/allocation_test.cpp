// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/answer/answerer.hpp"
#include "plugins/kubernetes/answer/metadata.hpp"
#include "plugins/kubernetes/answer/search_path.hpp"
#include "plugins/kubernetes/store/testing.hpp"
#include "test/support/count_allocations.hpp"
#include "test/support/messages.hpp"
#include "test/support/test_engine.hpp"

#include <catch2/catch.hpp>

namespace catena::kubernetes {
namespace {

struct Case {
  const char* name;
  const char* ask;
  std::size_t records;
};

const Case kCases[] = {
    {"a cluster IP", "web.default.svc.cluster.local. A", 1},
    {"the ports of a service", "web.default.svc.cluster.local. SRV", 1},
    {"a hundred endpoints", "db.default.svc.cluster.local. A", 100},
    {"the names of a hundred endpoints", "_pg._tcp.db.default.svc.cluster.local. SRV", 100},
    {"an endpoint by its name", "db-7.db.default.svc.cluster.local. A", 1},
    {"an endpoint by its address", "10-0-9-9.plain.default.svc.cluster.local. A", 1},
    {"an address", "1.0.96.10.in-addr.arpa. PTR", 1},
    {"a name that does not exist", "nobody.default.svc.cluster.local. A", 0},
};

TEST_CASE("an answer of the cluster allocates nothing", "[kubernetes]") {
  testing::Cluster cluster;
  cluster.name_space("default");
  cluster.service("web.default", {.ips = {"10.96.0.1"}, .ports = {{"http", "TCP", 80}}});
  cluster.service("db.default", {.ips = {"None"}});
  cluster.service("plain.default", {.ips = {"None"}});
  testing::SliceSpec slice{.service = "db", .ports = {{"pg", "TCP", 5432}}};
  for (int i = 0; i < 100; ++i) {
    slice.endpoints.push_back(
        {.address = "10.0.0." + std::to_string(i), .hostname = "db-" + std::to_string(i)});
  }
  cluster.slice("db-a.default", slice);
  cluster.slice("plain-a.default", {.service = "plain", .endpoints = {{.address = "10.0.9.9"}}});
  AnswerSettings settings;
  settings.zones = Zones({*dns::Name::parse("cluster.local."), *dns::Name::parse("in-addr.arpa.")});
  settings.primary_zone = *dns::Name::parse("cluster.local.");
  const Answerer answerer(settings, cluster.store());
  test::TestEngine engine;
  Query query(engine);
  for (const Case& c : kCases) {
    DYNAMIC_SECTION(c.name) {
      const auto bytes = test::query_bytes(c.ask);
      const auto message = dns::MessageView::parse(bytes).value();
      std::uint64_t before = 0;
      // The first round fills the query's arena, which keeps its memory.
      for (int round = 0; round < 2; ++round) {
        before = test::allocations_here;
        query.begin(message, Transport(), engine.clock().now());
        answerer.answer(query, *settings.zones.match(query.name()));
      }
      CHECK(test::allocations_here - before == 0);
      CHECK(query.response().answer().size() == c.records);
    }
  }
}

TEST_CASE("metadata and search paths allocate nothing", "[kubernetes]") {
  testing::Cluster cluster(testing::Cluster::Identities::kept);
  cluster.pod("cart-0.shop", {"10.244.0.7"}, {{"app", "cart"}});
  AnswerSettings settings;
  settings.zones = Zones({*dns::Name::parse("cluster.local.")});
  const Metadata metadata(settings, cluster.store());
  const SearchPath path(settings, cluster.store(), {*dns::Name::parse("example.")});
  Transport transport;
  transport.client = {asio::ip::make_address("10.244.0.7"), 4242};
  test::TestEngine engine;
  Query query(engine);
  const auto bytes = test::query_bytes("web.shop.svc.cluster.local. A");
  const auto message = dns::MessageView::parse(bytes).value();
  query.begin(message, transport, engine.clock().now());
  const std::uint64_t before = test::allocations_here;
  const std::string_view service = metadata.value(query, "kubernetes/service");
  const std::string_view app = metadata.value(query, "kubernetes/client-label/app");
  const auto domains = path.of(query);
  CHECK(test::allocations_here == before);
  CHECK(service == "web");
  CHECK(app == "cart");
  CHECK(domains.size() == 5);
}

}  // namespace
}  // namespace catena::kubernetes
