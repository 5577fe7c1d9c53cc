// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/model/addresses.hpp"

#include "cmd/kubesim/model/service_addresses.hpp"
#include "cmd/kubesim/test_support.hpp"

namespace catena::kubesim {
namespace {

AddressPool pool(std::string_view network, std::uint64_t first) {
  return {*Network::parse(network), first};
}

TEST_CASE("networks") {
  CHECK(Network::parse("10.247.3.9/16")->text() == "10.247.0.0/16");
  CHECK(Network::parse("fd00:1::5/64")->text() == "fd00:1::/64");
  CHECK(Network::parse("172.16.0.0/16")->at(258).to_string() == "172.16.1.2");
  CHECK(Network::parse("fd00::/64")->at(258).to_string() == "fd00::102");
  CHECK(Network::parse("10.0.0.0/8")->contains(boost::asio::ip::make_address("10.255.0.1")));
  CHECK_FALSE(Network::parse("10.0.0.0/8")->contains(boost::asio::ip::make_address("11.0.0.1")));
  CHECK_FALSE(Network::parse("10.0.0.0/8")->contains(boost::asio::ip::make_address("fd00::1")));
  const auto* wrong = GENERATE("10.0.0.0", "10.0.0.0/33", "10.0.0/8", "x/8", "10.0.0.0/8x", "");
  CAPTURE(wrong);
  CHECK_FALSE(Network::parse(wrong));
}

TEST_CASE("an address comes back only after all others") {
  AddressPool small = pool("192.0.2.0/29", 2);
  CHECK(small.allocate() == "192.0.2.2");
  CHECK(small.allocate() == "192.0.2.3");
  small.release("192.0.2.2");
  CHECK(small.allocate() == "192.0.2.4");
  CHECK(small.allocate() == "192.0.2.5");
  CHECK(small.allocate() == "192.0.2.6");
  CHECK(small.allocate() == "192.0.2.2");
  CHECK_FALSE(small.allocate());
  CHECK(small.used() == 5);
}

TEST_CASE("a given address is taken once") {
  AddressPool small = pool("192.0.2.0/24", 1);
  CHECK(small.claim("192.0.2.1"));
  CHECK_FALSE(small.claim("192.0.2.1"));
  CHECK_FALSE(small.claim("198.51.100.1"));
  CHECK_FALSE(small.claim("no address"));
  CHECK(small.allocate() == "192.0.2.2");
}

class ServiceFixture {
 public:
  ServiceAddresses addresses{pool("10.247.0.0/16", 1), pool("fd00:10:247::/108", 1), Checks::On};

  Json assigned(const char* spec) {
    Json service = object({{"spec", yaml(spec)}});
    const auto errors = addresses.assign(service);
    if (!errors.empty()) return errors.front().message;
    return service["spec"];
  }
};

TEST_CASE_METHOD(ServiceFixture, "Services get addresses of their families") {
  struct Case {
    const char* name;
    const char* spec;
    const char* addresses;
    const char* families;
    const char* policy;
  };
  const auto c = GENERATE(values<Case>({
      {.name = "nothing asked",
       .spec = "{type: ClusterIP}",
       .addresses = R"(["10.247.0.1"])",
       .families = R"(["IPv4"])",
       .policy = "SingleStack"},
      {.name = "a given address",
       .spec = "{type: ClusterIP, clusterIP: 10.247.3.10}",
       .addresses = R"(["10.247.3.10"])",
       .families = R"(["IPv4"])",
       .policy = "SingleStack"},
      {.name = "headless",
       .spec = "{type: ClusterIP, clusterIP: None}",
       .addresses = R"(["None"])",
       .families = R"(["IPv4"])",
       .policy = "SingleStack"},
      {.name = "both families",
       .spec = "{type: ClusterIP, ipFamilyPolicy: RequireDualStack}",
       .addresses = R"(["10.247.0.1","fd00:10:247::1"])",
       .families = R"(["IPv4","IPv6"])",
       .policy = "RequireDualStack"},
      {.name = "IPv6 first",
       .spec = "{type: ClusterIP, ipFamilyPolicy: PreferDualStack, ipFamilies: [IPv6]}",
       .addresses = R"(["fd00:10:247::1","10.247.0.1"])",
       .families = R"(["IPv6","IPv4"])",
       .policy = "PreferDualStack"},
      {.name = "headless with both families",
       .spec = "{type: ClusterIP, clusterIP: None, ipFamilyPolicy: RequireDualStack}",
       .addresses = R"(["None"])",
       .families = R"(["IPv4","IPv6"])",
       .policy = "RequireDualStack"},
  }));
  DYNAMIC_SECTION(c.name) {
    const Json spec = assigned(c.spec);
    CHECK(spec["clusterIPs"].write() == c.addresses);
    CHECK(spec["clusterIP"] == spec["clusterIPs"].items().front());
    CHECK(spec["ipFamilies"].write() == c.families);
    CHECK(spec["ipFamilyPolicy"].text() == c.policy);
  }
}

TEST_CASE_METHOD(ServiceFixture, "addresses that cannot be given are refused") {
  assigned("{type: ClusterIP, clusterIP: 10.247.3.10}");
  CHECK(assigned("{type: ClusterIP, clusterIP: 10.247.3.10}").text().find("already allocated") !=
        std::string_view::npos);
  CHECK(assigned("{type: ClusterIP, clusterIP: 192.0.2.1}").text().find("range") !=
        std::string_view::npos);
  ServiceAddresses lenient{pool("10.247.0.0/16", 1), std::nullopt, Checks::Off};
  Json service = object({{"spec", yaml("{clusterIP: 192.0.2.1}")}});
  CHECK(lenient.assign(service).empty());
  CHECK(service.at("spec.clusterIP").text() == "192.0.2.1");
}

TEST_CASE_METHOD(ServiceFixture, "a Service keeps its address when it is replaced") {
  Json before = object({{"spec", yaml("{type: ClusterIP}")}});
  REQUIRE(addresses.assign(before).empty());
  SECTION("the new one names none") {
    Json after = object({{"spec", yaml("{type: ClusterIP, ports: []}")}});
    REQUIRE(addresses.reassign(before, after).empty());
    CHECK(after.at("spec.clusterIP") == before.at("spec.clusterIP"));
  }
  SECTION("another address is refused, and the old one stays taken") {
    Json after = object({{"spec", yaml("{type: ClusterIP, clusterIP: 10.247.9.9}")}});
    CHECK_FALSE(addresses.reassign(before, after).empty());
    CHECK(assigned("{type: ClusterIP}")["clusterIP"].text() == "10.247.0.2");
  }
  SECTION("an ExternalName gives it back") {
    Json after = object({{"spec", yaml("{type: ExternalName, externalName: a.example}")}});
    REQUIRE(addresses.reassign(before, after).empty());
    CHECK_FALSE(after["spec"].has("clusterIP"));
    CHECK(assigned("{type: ClusterIP, clusterIP: 10.247.0.1}")["clusterIP"].text() == "10.247.0.1");
  }
  SECTION("a second family is added") {
    Json after = before;
    after.member("spec").set("ipFamilyPolicy", "PreferDualStack");
    REQUIRE(addresses.reassign(before, after).empty());
    CHECK(after.at("spec.clusterIPs").write() == R"(["10.247.0.1","fd00:10:247::1"])");
  }
}

}  // namespace
}  // namespace catena::kubesim
