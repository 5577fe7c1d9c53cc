// SPDX-License-Identifier: Apache-2.0
// Several threads.
#include "plugins/kubernetes/store/store.hpp"

#include "plugins/kubernetes/store/testing.hpp"
#include "test/support/log_lines.hpp"

#include <catch2/catch.hpp>

#include <thread>

namespace catena::kubernetes {
namespace {

using testing::Cluster;

const ServiceState* state_of(const Store& store, std::string_view service, std::string_view ns) {
  const std::string key = *wire_key({service, ns});
  const ServiceEntry* entry =
      store.services.find({reinterpret_cast<const std::uint8_t*>(key.data()), key.size()});
  return entry == nullptr ? nullptr : entry->state();
}

std::size_t services_at(const HashIndex<ServicesByAddress>& index, std::string_view address) {
  const ServicesByAddress* found = index.find(parse_address(address)->span());
  return found == nullptr ? 0 : found->services.size();
}

std::size_t services_at(const EndpointIndex& index, std::string_view address) {
  const Address wanted = *parse_address(address);
  std::size_t count = 0;
  for (const ServiceEntry* entry : index.at(wanted.span())) count += entry != nullptr ? 1 : 0;
  return count;
}

TEST_CASE("a slice may arrive before its service, and outlive it", "[kubernetes]") {
  Cluster cluster;
  cluster.slice("db-a.default", {.service = "db", .endpoints = {{.address = "10.0.0.1"}}});
  REQUIRE(state_of(cluster.store(), "db", "default") != nullptr);
  CHECK(state_of(cluster.store(), "db", "default")->spec == nullptr);
  cluster.service("db.default", {.ips = {"None"}});
  CHECK(state_of(cluster.store(), "db", "default")->spec->kind == ServiceKind::headless);
  cluster.remove_service("db.default");
  CHECK(state_of(cluster.store(), "db", "default")->spec == nullptr);
  cluster.remove_slice("db-a.default");
  CHECK(state_of(cluster.store(), "db", "default") == nullptr);
  CHECK(services_at(cluster.store().by_endpoint, "10.0.0.1") == 0);
}

TEST_CASE("a slice that changes its service is at home in the new one only", "[kubernetes]") {
  Cluster cluster;
  cluster.slice("s.default", {.service = "one", .endpoints = {{.address = "10.0.0.1"}}});
  cluster.slice("s.default", {.service = "two", .endpoints = {{.address = "10.0.0.1"}}});
  CHECK(state_of(cluster.store(), "one", "default") == nullptr);
  CHECK(state_of(cluster.store(), "two", "default")->slices.size() == 1);
  CHECK(services_at(cluster.store().by_endpoint, "10.0.0.1") == 1);
}

TEST_CASE("a service's new address replaces the old one", "[kubernetes]") {
  Cluster cluster;
  cluster.service("web.default", {.ips = {"10.96.0.1", "fd00::1"}});
  cluster.service("web.default", {.ips = {"10.96.0.2"}});
  CHECK(services_at(cluster.store().by_cluster_ip, "10.96.0.1") == 0);
  CHECK(services_at(cluster.store().by_cluster_ip, "fd00::1") == 0);
  CHECK(services_at(cluster.store().by_cluster_ip, "10.96.0.2") == 1);
}

TEST_CASE("a relist takes away what it does not bring, and only at its end", "[kubernetes]") {
  Cluster cluster;
  cluster.service("stays.default", {.ips = {"10.96.0.1"}});
  cluster.service("goes.default", {.ips = {"10.96.0.2"}});
  cluster.services().begin_replace();
  cluster.service("stays.default", {.ips = {"10.96.0.1"}});
  CHECK(state_of(cluster.store(), "goes", "default") != nullptr);
  cluster.services().commit_replace();
  CHECK(state_of(cluster.store(), "goes", "default") == nullptr);
  CHECK(state_of(cluster.store(), "stays", "default") != nullptr);
}

TEST_CASE("a relist keeps what it cannot read, if it is known", "[kubernetes]") {
  Cluster cluster;
  cluster.service("a.default", {.ips = {"10.96.0.1"}});
  cluster.services().begin_replace();
  cluster.services().keep("default", "a");
  cluster.services().keep("default", "unknown");
  cluster.services().commit_replace();
  CHECK(state_of(cluster.store(), "a", "default") != nullptr);
  CHECK(state_of(cluster.store(), "unknown", "default") == nullptr);
}

TEST_CASE("a relist that broke off takes nothing away", "[kubernetes]") {
  Cluster cluster;
  cluster.service("a.default", {.ips = {"10.96.0.1"}});
  cluster.services().begin_replace();
  cluster.services().begin_replace();
  cluster.service("a.default", {.ips = {"10.96.0.1"}});
  cluster.services().commit_replace();
  CHECK(state_of(cluster.store(), "a", "default") != nullptr);
}

TEST_CASE("in a new state a version that was seen may be another object", "[kubernetes]") {
  Cluster cluster;
  const auto bring = [&cluster](const char* ip) {
    api::ServiceObject object;
    object.metadata = {"a", "default", "100"};
    object.cluster_ips = {ip};
    cluster.services().upsert(std::move(object));
  };
  bring("10.96.0.1");
  bring("10.96.0.2");
  CHECK(services_at(cluster.store().by_cluster_ip, "10.96.0.2") == 0);
  cluster.services().begin_replace();
  bring("10.96.0.2");
  CHECK(services_at(cluster.store().by_cluster_ip, "10.96.0.1") == 0);
  CHECK(services_at(cluster.store().by_cluster_ip, "10.96.0.2") == 1);
}

TEST_CASE("the addresses of an FQDN slice are kept as names", "[kubernetes]") {
  Cluster cluster;
  cluster.slice("s.default", {.service = "db",
                              .endpoints = {{.address = "DB-1.example.org"},
                                            {.address = "db-2.example.org.", .hostname = "Two"},
                                            {.address = "10.0.0.1"},
                                            {.address = "db..example"},
                                            {.address = std::string(60, 'x') + ".example"}},
                              .address_type = "FQDN"});
  const ServiceState& state = *state_of(cluster.store(), "db", "default");
  CHECK(state.has_endpoints());
  const auto aliases = state.slices.front()->aliases();
  REQUIRE(aliases.size() == 3);
  CHECK(aliases[0].target.to_text() == "DB-1.example.org.");
  CHECK(aliases[0].label == "db-1-example-org");
  CHECK(aliases[1].target.to_text() == "db-2.example.org.");
  CHECK(aliases[1].label == "two");
  CHECK(aliases[2].label.empty());
  CHECK(state.slices.front()->size() == 1);
  CHECK(cluster.metrics().counter("catena_kubernetes_bad_addresses_total", "").value() == 1);
  REQUIRE(cluster.lines().size() == 1);
  CHECK_THAT(cluster.lines()[0], Catch::Contains("'db..example' is no address"));
}

TEST_CASE("another name in an FQDN slice changes the serial", "[kubernetes]") {
  Cluster cluster;
  cluster.name_space("default");
  cluster.service("db.default", {.ips = {"None"}});
  const auto bring = [&cluster](const char* name) {
    cluster.clock().advance(std::chrono::seconds(1));
    cluster.slice("s.default",
                  {.service = "db", .endpoints = {{.address = name}}, .address_type = "FQDN"});
    return cluster.store().serial.load();
  };
  const std::uint32_t first = bring("db-1.example.org");
  CHECK(bring("db-1.example.org") == first);
  CHECK(bring("db-2.example.org") != first);
}

TEST_CASE("the store is synced when each resource has been whole once", "[kubernetes]") {
  Cluster cluster;
  cluster.store().unsynced = 2;
  cluster.services().begin_replace();
  cluster.services().commit_replace();
  CHECK_FALSE(cluster.store().synced());
  cluster.services().begin_replace();
  cluster.services().commit_replace();
  CHECK_FALSE(cluster.store().synced());
  cluster.slices().begin_replace();
  cluster.slices().commit_replace();
  CHECK(cluster.store().synced());
}

TEST_CASE("objects that break rules are skipped and counted, the rest is served", "[kubernetes]") {
  Cluster cluster;
  cluster.service(std::string(64, 'x') + ".default", {.ips = {"10.96.0.9"}});
  cluster.service("UPPER.default", {.ips = {"10.96.0.1", "nonsense"}});
  cluster.slice(
      "s.default",
      {.service = "upper", .endpoints = {{.address = "not an address"}, {.address = "10.0.0.1"}}});
  CHECK(state_of(cluster.store(), "upper", "default")->spec->cluster_ips.size() == 1);
  CHECK(state_of(cluster.store(), "upper", "default")->slices.front()->size() == 1);
  CHECK(cluster.metrics()
            .counter("catena_kubernetes_skipped_objects_total", "",
                     {{"resource", "services"}, {"reason", "invalid"}})
            .value() == 1);
  CHECK(cluster.metrics().counter("catena_kubernetes_bad_addresses_total", "").value() == 2);
}

TEST_CASE("a complaint about an object is made once", "[kubernetes]") {
  Cluster cluster;
  for (int i = 0; i < 3; ++i) {
    cluster.service(std::string(64, 'x') + ".default", {.ips = {"10.96.0.9"}});
    cluster.service("web.default", {.ips = {"10.96.0.1", "no\naddress"}});
    cluster.slice("s.default", {.service = "web", .endpoints = {{.address = "10.0.0.999"}}});
    cluster.pod("p.default", {"", "10.0.0.1"});
  }
  CHECK(cluster.lines() ==
        std::vector<std::string>{
            "[WARNING] services: default/" + std::string(64, 'x') +
                ": it is not served: its name is no DNS label",
            "[WARNING] services: default/web: its cluster IP 'no\\naddress' is no address",
            "[WARNING] endpointslices: default/s: '10.0.0.999' is no address",
            "[WARNING] pods: default/p: '' is no address"});
  CHECK(cluster.metrics().counter("catena_kubernetes_bad_addresses_total", "").value() == 9);
}

TEST_CASE("of two services with one cluster IP the first by name has its name", "[kubernetes]") {
  struct Case {
    const char* name;
    std::vector<const char*> order;
  };
  const Case cases[] = {{"in order", {"a.default", "b.default"}},
                        {"the other way round", {"b.default", "a.default"}}};
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      Cluster cluster;
      for (const char* name : c.order) cluster.service(name, {.ips = {"10.96.0.1"}});
      cluster.service("b.default", {.ips = {"10.96.0.1"}});
      const auto* found = cluster.store().by_cluster_ip.find(parse_address("10.96.0.1")->span());
      REQUIRE(found->services.size() == 2);
      CHECK(found->services.front()->state() == state_of(cluster.store(), "a", "default"));
      CHECK(cluster.lines() ==
            std::vector<std::string>{"[WARNING] services: default/a and default/b have the same "
                                     "cluster IP 10.96.0.1; its name is that of the first"});
    }
  }
}

TEST_CASE("first by name is first in the alphabet, however long a name is", "[kubernetes]") {
  Cluster cluster;
  for (const char* name : {"b.default", "aa.shop", "aa.default"}) {
    cluster.service(name, {.ips = {"10.96.0.1"}});
  }
  const auto* found = cluster.store().by_cluster_ip.find(parse_address("10.96.0.1")->span());
  REQUIRE(found->services.size() == 3);
  CHECK(found->services.front()->state() == state_of(cluster.store(), "aa", "default"));
}

TEST_CASE("a cluster IP that went from one service to another is no trouble", "[kubernetes]") {
  Cluster cluster;
  cluster.service("old.default", {.ips = {"10.96.0.1"}});
  cluster.services().begin_replace();
  cluster.service("new.default", {.ips = {"10.96.0.1"}});
  cluster.services().commit_replace();
  CHECK(services_at(cluster.store().by_cluster_ip, "10.96.0.1") == 1);
  CHECK(cluster.lines().empty());
}

TEST_CASE("a slice that nobody owns is nobody's endpoints", "[kubernetes]") {
  Cluster cluster;
  cluster.slice("s.default", {.endpoints = {{.address = "10.0.0.1"}}});
  CHECK(cluster.store().services.size() == 0);
  CHECK(services_at(cluster.store().by_endpoint, "10.0.0.1") == 0);
  CHECK(cluster.lines().empty());
  cluster.slice("s.default", {.service = "db", .endpoints = {{.address = "10.0.0.1"}}});
  cluster.slice("s.default", {.endpoints = {{.address = "10.0.0.1"}}});
  CHECK(cluster.store().services.size() == 0);
}

TEST_CASE("names with capitals are found in small letters", "[kubernetes]") {
  Cluster cluster;
  cluster.service("DB.Default", {.ips = {"None"}});
  cluster.slice("s.Default",
                {.service = "Db", .endpoints = {{.address = "10.0.0.1", .hostname = "Db-0"}}});
  const ServiceState* state = state_of(cluster.store(), "db", "default");
  REQUIRE(state != nullptr);
  REQUIRE(state->slices.size() == 1);
  CHECK(state->slices.front()->label(state->slices.front()->v4()[0]) == "db-0");
}

TEST_CASE("events twice, too late or for nobody change nothing else", "[kubernetes]") {
  Cluster cluster;
  cluster.remove_service("unknown.default");
  cluster.remove_slice("unknown.default");
  cluster.service("a.default", {.ips = {"10.96.0.1"}});
  cluster.service("a.default", {.ips = {"10.96.0.1"}});
  cluster.remove_service("a.default");
  cluster.remove_service("a.default");
  cluster.service("b.default", {.ips = {"10.96.0.2"}, .ports = {}});
  CHECK(cluster.store().services.size() == 1);
  CHECK(services_at(cluster.store().by_cluster_ip, "10.96.0.1") == 0);
  CHECK(services_at(cluster.store().by_cluster_ip, "10.96.0.2") == 1);
}

TEST_CASE("the serial is the time of the last change that DNS can see", "[kubernetes]") {
  Cluster cluster;
  cluster.name_space("default");
  CHECK(cluster.store().serial == 0);
  const testing::SliceSpec slice{.service = "db", .endpoints = {{.address = "10.0.0.1"}}};
  cluster.slice("s.default", slice);
  const std::uint32_t first = cluster.store().serial;
  CHECK(first != 0);
  cluster.clock().advance(std::chrono::seconds(10));
  cluster.slice("s.default", slice);
  CHECK(cluster.store().serial == first);
  cluster.remove_slice("s.default");
  CHECK(cluster.store().serial == first + 10);
}

TEST_CASE("data have another version once a change can be seen, and only then", "[kubernetes]") {
  Cluster cluster;
  const DataVersion& version = cluster.store().data.version();
  std::uint64_t before = version.value();
  const auto changed = [&] { return std::exchange(before, version.value()) != version.value(); };
  cluster.name_space("default");
  CHECK(changed());
  cluster.name_space("default");
  CHECK_FALSE(changed());
  cluster.service("web.default", {.ips = {"10.96.0.1"}});
  CHECK(changed());
  cluster.slice("web-a.default", {.service = "web", .endpoints = {{.address = "10.0.0.1"}}});
  CHECK(changed());
  cluster.slice("web-a.default", {.service = "web", .endpoints = {{.address = "10.0.0.1"}}});
  CHECK_FALSE(changed());
  cluster.import("web.default", {.ips = {"10.96.0.9"}});
  CHECK(changed());
  cluster.pods().upsert({{"p", "default", "1"}, {"10.0.0.9"}, {}});
  CHECK(changed());
  cluster.pods().upsert({{"p", "default", "2"}, {"10.0.0.9"}, {}});
  CHECK_FALSE(changed());
  cluster.pods().remove("default", "p");
  CHECK(changed());
  cluster.remove_slice("web-a.default");
  CHECK(changed());
  cluster.remove_service("web.default");
  CHECK(changed());
  cluster.services().begin_replace();
  cluster.services().commit_replace();
  CHECK(changed());
}

TEST_CASE("the time from trigger to answer is measured once the cluster is known", "[kubernetes]") {
  Cluster cluster;
  cluster.service("db.default", {.ips = {"None"}});
  // The manual clock's wall time is 2026-01-01T01:00:00Z.
  const testing::SliceSpec slice{.service = "db",
                                 .endpoints = {{.address = "10.0.0.1"}},
                                 .triggered = "2026-01-01T00:59:59.5Z"};
  cluster.slice("s.default", slice);
  cluster.slices().begin_replace();
  cluster.slices().commit_replace();
  cluster.slice("s.default", slice);
  CHECK_THAT(
      cluster.metrics().text(),
      Catch::Contains("coredns_kubernetes_dns_programming_duration_seconds_count{service_kind="
                      "\"headless_with_selector\"} 1\n") &&
          Catch::Contains("_sum{service_kind=\"headless_with_selector\"} 0.5\n"));
}

TEST_CASE("readers see whole services while the writer changes them", "[kubernetes]") {
  epoch::Domain epoch;
  Store store(epoch);
  catena::test::LogLines log;
  ManualClock clock;
  metrics::Registry metrics(2);
  const WriterContext context{store, epoch, clock, Log(log), metrics, shown_records};
  SliceSink slices(context);
  std::atomic<bool> stop{false};
  std::atomic<int> wrong{0};
  const auto reader = epoch.join([] {});
  std::thread thread([&] {
    while (!stop.load(std::memory_order_relaxed)) {
      const ServiceState* state = state_of(store, "db", "default");
      // The writer below always gives both endpoints the same last byte.
      if (state != nullptr && !state->slices.empty()) {
        const auto& endpoints = state->slices.front()->v4();
        if (endpoints.size() != 2 || endpoints[0].address[3] != endpoints[1].address[3]) ++wrong;
      }
      reader->quiescent();
    }
  });
  for (int i = 0; i < 3000; ++i) {
    const std::string byte = std::to_string(i % 250 + 1);
    api::SliceObject object;
    object.metadata = {"s", "default", std::to_string(i + 1)};
    object.service_name = "db";
    object.endpoints = {{{"10.0.0." + byte}, {}, {}, {}, {}}, {{"10.0.1." + byte}, {}, {}, {}, {}}};
    slices.upsert(std::move(object));
    if (i % 10 == 9) slices.remove("default", "s");
  }
  stop = true;
  thread.join();
  epoch.leave(reader);
  CHECK(wrong == 0);
}

struct Number {
  std::array<std::uint8_t, 4> bytes;
  Key key() const { return bytes; }
};

std::array<std::uint8_t, 4> number(std::uint32_t n) {
  return {static_cast<std::uint8_t>(n >> 24), static_cast<std::uint8_t>(n >> 16),
          static_cast<std::uint8_t>(n >> 8), static_cast<std::uint8_t>(n)};
}

TEST_CASE("names and labels of pods come and go with who wants them", "[kubernetes]") {
  Cluster cluster;
  const auto names_at = [&cluster](std::string_view address) {
    const auto* found = cluster.store().identities.find(parse_address(address)->span());
    return found == nullptr ? std::string() : found->pods.front()->name;
  };
  // Told once more, as after a new list.
  const auto told = [&cluster] {
    cluster.pod("a.default", {"10.0.0.1"});
    cluster.pod("b.default", {"10.0.0.2"});
  };
  told();
  CHECK(names_at("10.0.0.1").empty());
  cluster.keep_identities(Cluster::Identities::kept);
  told();
  CHECK(names_at("10.0.0.1") == "a");
  CHECK(names_at("10.0.0.2") == "b");
  cluster.keep_identities(Cluster::Identities::dropped);
  told();
  CHECK(cluster.store().identities.size() == 0);
  cluster.remove_pod("a.default");
  CHECK(cluster.store().pods.find(parse_address("10.0.0.2")->span()) != nullptr);
}

TEST_CASE("a hash index keeps what is put in and nothing else", "[kubernetes]") {
  epoch::Domain epoch;
  HashIndex<Number> index(epoch);
  constexpr std::uint32_t kMany = 5000;
  for (std::uint32_t i = 0; i < kMany; ++i) index.put(std::make_unique<Number>(Number{number(i)}));
  for (std::uint32_t i = 0; i < kMany; i += 2) index.erase(number(i));
  for (std::uint32_t i = 0; i < kMany; i += 4)
    index.put(std::make_unique<Number>(Number{number(i)}));
  CHECK(index.size() == kMany / 2 + kMany / 4);
  std::size_t wrong = 0;
  for (std::uint32_t i = 0; i < 2 * kMany; ++i) {
    const bool wanted = i < kMany && (i % 2 == 1 || i % 4 == 0);
    wrong += (index.find(number(i)) != nullptr) != wanted ? 1 : 0;
  }
  CHECK(wrong == 0);
}

}  // namespace
}  // namespace catena::kubernetes
