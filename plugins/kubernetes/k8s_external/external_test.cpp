// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/k8s_external/external.hpp"

#include "plugins/kubernetes/store/testing.hpp"
#include "test/support/messages.hpp"
#include "test/support/plugin_setup.hpp"
#include "test/support/test_engine.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace catena::kubernetes::k8s_external {

void setup(Setup& setup);

namespace {

constexpr std::array<std::uint8_t, 4> kAddress{192, 0, 2, 1};
constexpr std::array<std::uint8_t, 16> kSix{0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

/// A cluster with the service web.default at 192.0.2.1, and lb.default at a load balancer that has
/// only a name; this server has two addresses of its own.
class Cluster final : public Plugin, public KnowsCluster {
 public:
  Cluster() {
    settings_.local_addresses = {*parse_address("192.0.2.1"), *parse_address("2001:db8::1")};
    objects.name_space("default");
    objects.service(
        "web.default",
        {.ips = {"10.96.0.1"}, .ports = {{"http", "TCP", 80}}, .outside = {"192.0.2.1"}});
    objects.service("lb.default",
                    {.ips = {"10.96.0.2"}, .ports = {{"http", "TCP", 80}}, .outside = {"lb.test"}});
    objects.store().external_serial = 7;
  }

  Reply serve(Query& query, Next) const override { return query.fail(dns::Rcode::NotImp); }
  bool usable() const override { return known; }
  const Answerer& answerer() const override { return answerer_; }

  testing::Cluster objects;
  bool known = true;

 private:
  AnswerSettings settings_;
  Answerer answerer_{settings_, objects.store()};
};

/// A block with the plugin in front of the cluster.
class Server {
 public:
  explicit Server(const std::string& options)
      : setup_("k8s_external",
               setup,
               "k8s_external k8s.example 2.0.192.in-addr.arpa {\n" + options + "\n}") {
    REQUIRE(setup_.errors().empty());
    auto behind = std::make_unique<Cluster>();
    cluster = behind.get();
    setup_.chain().add("kubernetes", std::move(behind));
    REQUIRE(plugin().assembled(setup_.chain()).empty());
    engine_.on_ask = [this](const dns::Question& question, dns::Response& answer) {
      std::span<const std::uint8_t> data = kSix;
      if (question.type == dns::Type::A) data = kAddress;
      answer.add(dns::Section::answer,
                 {question.name, question.type, dns::Class::IN, 9, answer.arena().copy(data)});
      return reachable ? Outcome::respond : Outcome::drop;
    };
  }

  /// The rcode if it is none of success, then the records, marked by "!" for authority and "+" for
  /// additional.
  std::string ask(const std::string& question) {
    const auto bytes = test::query_bytes(question);
    Query query(engine_);
    query.begin(dns::MessageView::parse(bytes).value(), Transport(), engine_.clock().now());
    engine_.run(setup_.chain().first()(query));
    const dns::Response& response = query.response();
    std::string text;
    if (response.rcode != dns::Rcode::NoError) text = dns::to_string(response.rcode) + "\n";
    for (const auto& line : test::lines(response.answer())) text += line + "\n";
    for (const auto& line : test::lines(response.authority())) text += "! " + line + "\n";
    for (const auto& line : test::lines(response.additional())) text += "+ " + line + "\n";
    return text;
  }

  External& plugin() { return dynamic_cast<External&>(setup_.chain().plugin(0)); }

  Cluster* cluster;
  bool reachable = true;  // Who knows the load balancer's name.

 private:
  test::PluginSetup setup_;
  test::TestEngine engine_;
};

struct Row {
  const char* name;
  const char* ask;
  std::string answer;
};

const std::string kSoa =
    "! k8s.example. 30 IN SOA ns1.dns.k8s.example. hostmaster.dns.k8s.example. 7 7200 1800 86400 "
    "30\n";

const std::vector<Row> kRows = {
    {"the apex has a SOA record", "k8s.example. SOA", kSoa.substr(2)},
    {"and a name server with its addresses", "k8s.example. NS",
     "k8s.example. 30 IN NS ns1.dns.k8s.example.\n"
     "+ ns1.dns.k8s.example. 30 IN AAAA 2001:db8::1\n"
     "+ ns1.dns.k8s.example. 30 IN A 192.0.2.1\n"},
    {"and no address", "k8s.example. A", kSoa},
    {"the label above the name server is a node", "dns.k8s.example. A", kSoa},
    {"the name server has addresses", "ns1.dns.k8s.example. A",
     "ns1.dns.k8s.example. 30 IN A 192.0.2.1\n"},
    {"of each family", "NS1.dns.k8s.example. AAAA",
     "NS1.dns.k8s.example. 30 IN AAAA 2001:db8::1\n"},
    {"and nothing else", "ns1.dns.k8s.example. SRV", kSoa},
    {"other names there are name errors", "ns2.dns.k8s.example. A", "NXDOMAIN\n" + kSoa},
    {"also deeper ones", "a.ns1.dns.k8s.example. A", "NXDOMAIN\n" + kSoa},
    {"a service has its address", "web.default.k8s.example. A",
     "web.default.k8s.example. 30 IN A 192.0.2.1\n"},
    {"and no text", "web.default.k8s.example. TXT", kSoa},
    {"a namespace is a node", "default.k8s.example. A", kSoa},
    {"a service that is not there", "nobody.default.k8s.example. A", "NXDOMAIN\n" + kSoa},
    {"denied in the question's spelling", "nobody.default.K8S.example. A",
     "NXDOMAIN\n! K8S" + kSoa.substr(5)},
    {"a load balancer's name comes with its addresses", "lb.default.k8s.example. AAAA",
     "lb.default.k8s.example. 5 IN CNAME lb.test.\nlb.test. 9 IN AAAA 2001:db8::1\n"},
    {"with both behind SRV", "lb.default.k8s.example. SRV",
     "lb.default.k8s.example. 5 IN SRV 0 100 80 lb.test.\n"
     "+ lb.test. 9 IN A 192.0.2.1\n+ lb.test. 9 IN AAAA 2001:db8::1\n"},
    {"addresses lead to names in the first zone", "1.2.0.192.in-addr.arpa. PTR",
     "1.2.0.192.in-addr.arpa. 30 IN PTR web.default.k8s.example.\n"},
    {"a transfer is the plugin transfer's business", "k8s.example. AXFR", "REFUSED\n"},
    {"other zones are for the next", "example. A", "NOTIMP\n"},
};

TEST_CASE("names for the outside", "[k8s_external]") {
  Server server("ttl 30");
  for (const Row& row : kRows) {
    DYNAMIC_SECTION(row.name << ": " << row.ask) { CHECK(server.ask(row.ask) == row.answer); }
  }
}

TEST_CASE("names that do not exist may go to the next", "[k8s_external]") {
  Server server("fallthrough default.k8s.example");
  CHECK(server.ask("nobody.default.k8s.example. A") == "NOTIMP\n");
  CHECK_THAT(server.ask("nobody.other.k8s.example. A"), Catch::StartsWith("NXDOMAIN"));
  CHECK_THAT(server.ask("web.default.k8s.example. TXT"), Catch::StartsWith("!"));
  CHECK_THAT(server.ask("ns2.dns.k8s.example. A"), Catch::StartsWith("NXDOMAIN"));
}

TEST_CASE("what a snapshot does not hold may be new since", "[k8s_external]") {
  Server server("");
  server.cluster->objects.store().unsynced = 1;
  CHECK_THAT(server.ask("nobody.default.k8s.example. A"), Catch::StartsWith("SERVFAIL"));
  CHECK_THAT(server.ask("web.default.k8s.example. A"), Catch::StartsWith("web."));
  CHECK(server.plugin().open(*dns::Name::parse("k8s.example.")) != nullptr);
}

TEST_CASE("nothing is denied before the cluster is known", "[k8s_external]") {
  Server server("");
  server.cluster->known = false;
  server.cluster->objects.store().unsynced = 1;
  CHECK_THAT(server.ask("nobody.default.k8s.example. A"), Catch::StartsWith("SERVFAIL"));
  CHECK_THAT(server.ask("web.default.k8s.example. A"), Catch::StartsWith("web."));
  CHECK(server.plugin().open(*dns::Name::parse("k8s.example.")) == nullptr);
}

TEST_CASE("a load balancer that nobody answers for is a name alone", "[k8s_external]") {
  Server server("");
  server.reachable = false;
  CHECK(server.ask("lb.default.k8s.example. A") == "lb.default.k8s.example. 5 IN CNAME lb.test.\n");
}

TEST_CASE("the name server may be elsewhere, in any letter case", "[k8s_external]") {
  Server server("apex Cluster");
  CHECK_THAT(server.ask("k8s.example. NS"), Catch::Contains("NS ns1.cluster.k8s.example."));
  CHECK_THAT(server.ask("ns1.cluster.k8s.example. A"), Catch::Contains("192.0.2.1"));
  CHECK_THAT(server.ask("ns1.dns.k8s.example. A"), Catch::StartsWith("NXDOMAIN"));
}

TEST_CASE("a zone for the outside can be transferred", "[k8s_external]") {
  Server server("");
  const auto name = [](const char* text) { return *dns::Name::parse(text); };
  CHECK_FALSE(server.plugin().holds(name("default.k8s.example.")));
  CHECK_FALSE(server.plugin().holds(name("2.0.192.in-addr.arpa.")));
  REQUIRE(server.plugin().holds(name("K8S.example.")));
  const auto cursor = server.plugin().open(name("k8s.example."));
  test::Lines lines;
  while (const dns::Record* record = cursor->next()) lines.push_back(test::line(*record));
  CHECK_THAT(lines,
             test::is_records(
                 "k8s.example. 5 SOA ns1.dns.k8s.example. hostmaster.dns.k8s.example. 7 7200 1800 "
                 "86400 5\n"
                 "k8s.example. 5 NS ns1.dns.k8s.example.\n"
                 "ns1.dns.k8s.example. 5 AAAA 2001:db8::1\n"
                 "ns1.dns.k8s.example. 5 A 192.0.2.1\n"
                 "lb.default.k8s.example. 5 CNAME lb.test.\n"
                 "_http._tcp.lb.default.k8s.example. 5 SRV 0 100 80 lb.test.\n"
                 "web.default.k8s.example. 5 A 192.0.2.1\n"
                 "web.default.k8s.example. 5 SRV 0 100 80 web.default.k8s.example.\n"
                 "_http._tcp.web.default.k8s.example. 5 A 192.0.2.1\n"
                 "_http._tcp.web.default.k8s.example. 5 SRV 0 100 80 web.default.k8s.example."));
  CHECK(server.cluster->objects.store().handed_out == 7);
}

TEST_CASE("without kubernetes there is nothing to show", "[k8s_external]") {
  test::PluginSetup made("k8s_external", setup, "k8s_external");
  External& plugin = dynamic_cast<External&>(made.chain().plugin(0));
  CHECK(plugin.assembled(made.chain()) == "kubernetes plugin not loaded");
}

struct SetupCase {
  const char* name;
  const char* options;
  std::vector<std::string> errors = {};  // Each must be in what is said; none: it is fine.
};

const std::vector<SetupCase> kSetupCases = {
    {"every option", "apex ns\nttl 0\nheadless please\nfallthrough"},
    {"further words are ignored", "apex ns here\nttl 3600 seconds"},
    {"no label", "apex", {"Wrong argument count"}},
    {"a label that is none", "apex a..b", {"expected a label, not 'a..b'"}},
    {"no seconds", "ttl", {"Wrong argument count"}},
    {"too many seconds", "ttl 3601", {"ttl must be in range [0, 3600]: 3601"}},
    {"seconds that are no number", "ttl x", {"strconv.Atoi: parsing \"x\": invalid syntax"}},
    {"an unknown option", "upstream", {"unknown property 'upstream'"}},
};

TEST_CASE("how k8s_external is set up", "[k8s_external]") {
  for (const SetupCase& c : kSetupCases) {
    DYNAMIC_SECTION(c.name) {
      const test::PluginSetup made("k8s_external", setup,
                                   "k8s_external {\n" + std::string(c.options) + "\n}");
      CHECK(made.errors().size() == c.errors.size());
      for (std::size_t i = 0; i < std::min(made.errors().size(), c.errors.size()); ++i) {
        CHECK_THAT(made.errors()[i], Catch::Contains(c.errors[i]));
      }
    }
  }
}

}  // namespace
}  // namespace catena::kubernetes::k8s_external
