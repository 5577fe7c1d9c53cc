// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/objects/image.hpp"

#include <catch2/catch.hpp>

namespace catena::kubernetes::api {
namespace {

ServiceObject service() {
  return {.metadata = {"web", "default", "7"},
          .type = "LoadBalancer",
          .cluster_ips = {"10.96.0.1", "fd00::1"},
          .external_name = "",
          .ports = {{"http", "TCP", 80}, {"dns", "UDP", std::nullopt}, {"", "TCP", 65535}},
          .external_ips = {"192.0.2.1"},
          .balancers = {"lb.example.org"}};
}

SliceObject slice() {
  return {.metadata = {"db-x", "default", "9"},
          .service_name = "db",
          .address_type = "IPv4",
          .ports = {{"pg", "TCP", 5432}},
          .endpoints = {{{"10.244.1.3"}, "db-0", "node-1", "db-0", "west"},
                        {{"10.244.1.4", "not an address"}, "", "node-1", "db-1", "west"},
                        {{}, "UPPER", "", "", ""}},
          .last_change_trigger_time = "2026-01-01T00:00:00Z"};
}

TEST_CASE("an object comes back as it was, but for what is not served", "[kubernetes]") {
  const auto web = from_image<ServiceObject>(to_image(service()));
  REQUIRE(web.has_value());
  CHECK(web->metadata.name == "web");
  CHECK(web->metadata.name_space == "default");
  CHECK(web->metadata.resource_version.empty());
  CHECK(web->type == "LoadBalancer");
  CHECK(web->cluster_ips == service().cluster_ips);
  CHECK(web->external_ips == service().external_ips);
  CHECK(web->balancers == service().balancers);
  REQUIRE(web->ports.size() == 3);
  CHECK(web->ports[0].number == 80);
  CHECK_FALSE(web->ports[1].number);
  CHECK(web->ports[2].number == 65535);

  const auto db = from_image<SliceObject>(to_image(slice()));
  REQUIRE(db.has_value());
  CHECK(db->service_name == "db");
  CHECK(db->address_type == "IPv4");
  CHECK(db->last_change_trigger_time.empty());
  REQUIRE(db->endpoints.size() == 3);
  CHECK(db->endpoints[1].addresses == slice().endpoints[1].addresses);
  CHECK(db->endpoints[1].target_name == "db-1");
  CHECK(db->endpoints[1].zone == "west");
  CHECK(db->endpoints[2].hostname == "UPPER");

  const PodObject pod{{"p", "n", "1"}, {"10.0.0.1", "fd00::1"}, {{"app", "web"}, {"a", ""}}};
  const auto read = from_image<PodObject>(to_image(pod));
  REQUIRE(read.has_value());
  CHECK(read->pod_ips == pod.pod_ips);
  CHECK(read->labels == pod.labels);
  CHECK(from_image<NamespaceObject>(to_image(NamespaceObject{{"n", "", "1"}}))->metadata.name ==
        "n");
}

TEST_CASE("texts of any length come back", "[kubernetes]") {
  for (const std::size_t size : {0U, 1U, 62U, 63U, 64U, 127U, 128U, 300U, 70000U}) {
    PodObject pod;
    pod.metadata.name = "x";
    const std::string text(size, 'a');
    pod.pod_ips = {text, text + "b", text.substr(size / 2)};
    const auto read = from_image<PodObject>(to_image(pod));
    REQUIRE(read.has_value());
    CHECK(read->pod_ips == pod.pod_ips);
  }
}

TEST_CASE("a version or a trigger's time alone makes no other image", "[kubernetes]") {
  SliceObject later = slice();
  later.metadata.resource_version = "10";
  later.last_change_trigger_time = "2026-01-02T00:00:00Z";
  CHECK(to_image(later) == to_image(slice()));
  later.endpoints.pop_back();
  CHECK(to_image(later) != to_image(slice()));
}

TEST_CASE("an image that is no image is refused", "[kubernetes]") {
  const std::string good = to_image(slice());
  for (std::size_t size = 0; size < good.size(); ++size) {
    CHECK_FALSE(from_image<SliceObject>(std::string_view(good).substr(0, size)).has_value());
  }
  CHECK_FALSE(from_image<SliceObject>(good + '\0').has_value());
  struct Case {
    const char* name;
    std::string image;
  };
  const std::string many(9, '\xff');
  const Case cases[] = {
      {"a text that shares more than there is before", std::string("\1\1x", 3)},
      {"a text longer than the image", std::string("\0\x7fx", 3)},
      {"a length that does not end", std::string(1, '\0') + many + many},
      {"a length above all memory", std::string(1, '\0') + std::string(8, '\xff') + "\x7f"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) { CHECK_FALSE(from_image<NamespaceObject>(c.image).has_value()); }
  }
  std::string port = to_image(service());
  const std::size_t last = port.find("\x80\x80\x04");  // 65535 is stored as 65536.
  REQUIRE(last != std::string::npos);
  port[last] = '\x82';
  CHECK_FALSE(from_image<ServiceObject>(port).has_value());
}

TEST_CASE("endpoints that are alike take few bytes", "[kubernetes]") {
  SliceObject object = slice();
  object.endpoints.clear();
  for (int i = 0; i < 100; ++i) {
    const std::string number = std::to_string(i);
    object.endpoints.push_back(
        {{"10.244.17." + number}, "", "node-" + number, "web-7d4b9c6f5-x" + number, "zone-a"});
  }
  CHECK(to_image(object).size() < 100 * 24);
}

}  // namespace
}  // namespace catena::kubernetes::api
