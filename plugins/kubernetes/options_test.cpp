// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/options.hpp"

#include "plugins/kubernetes/selector.hpp"
#include "test/support/plugin_setup.hpp"

#include <catch2/catch.hpp>

namespace catena::kubernetes {
namespace {

using Texts = std::vector<std::string>;

struct Read {
  static inline Options options;
  static void setup(Setup& setup) { options = read_options(setup, setup.once()); }
};

std::string block(const std::string& properties, const std::string& zones = "cluster.local") {
  return "kubernetes " + zones + " {\n" + properties + "\n}";
}

TEST_CASE("every option has the default of the reference", "[kubernetes]") {
  const test::PluginSetup read("kubernetes", Read::setup, "kubernetes cluster.local 10.0.0.0/15");
  CHECK(read.errors().empty());
  const AnswerSettings& answers = Read::options.plugin.answers;
  CHECK(answers.zones.to_text() == "cluster.local.,0.10.in-addr.arpa.,1.10.in-addr.arpa.");
  CHECK(answers.primary_zone.to_text() == "cluster.local.");
  CHECK(answers.ttl == 5);
  CHECK(answers.pods == PodMode::disabled);
  CHECK(answers.namespaces.empty());
  CHECK_FALSE(answers.ignore_empty_service);
  CHECK_FALSE(answers.zonal);
  CHECK(Read::options.watch.endpoints);
  CHECK(Read::options.watch.endpoint_names == EndpointNames::by_address);
  CHECK(Read::options.plugin.startup_timeout == std::chrono::seconds(5));
}

TEST_CASE("every option is read", "[kubernetes]") {
  const test::PluginSetup read("kubernetes", Read::setup,
                               block("endpoint https://api:6443\ntls c.pem k.pem ca.pem\n"
                                     "namespaces Shop pay\nnamespaces more\n"
                                     "labels tier in (front, edge),!old\npods verified\n"
                                     "endpoint_pod_names\nttl 30\nignore empty_service\nzonal\n"
                                     "startup_timeout 10s\napiserver_qps 2.5\napiserver_burst 7\n"
                                     "apiserver_max_inflight 3\nsnapshot /var/lib/cluster\n"
                                     "fallthrough in-addr.arpa"));
  CHECK(read.errors().empty());
  const Options& options = Read::options;
  CHECK(options.access.endpoint == "https://api:6443");
  CHECK(options.access.authority == "ca.pem");
  CHECK(options.plugin.answers.namespaces ==
        Texts{*wire_key({"shop"}), *wire_key({"pay"}), *wire_key({"more"})});
  CHECK(options.watch.labels == "tier in (front, edge),!old");
  CHECK(options.plugin.answers.pods == PodMode::verified);
  CHECK(options.watch.pods);
  CHECK(options.watch.endpoint_names == EndpointNames::by_pod);
  CHECK(options.plugin.answers.ttl == 30);
  CHECK(options.plugin.answers.ignore_empty_service);
  CHECK(options.plugin.answers.zonal);
  CHECK(options.plugin.startup_timeout == std::chrono::seconds(10));
  CHECK(options.watch.queries_per_second == 2.5);
  CHECK(options.watch.burst == 7);
  CHECK(options.watch.snapshot == "/var/lib/cluster");
  CHECK(options.plugin.fallthrough.through(*dns::Name::parse("1.in-addr.arpa.")));
  CHECK_FALSE(options.plugin.fallthrough.through(*dns::Name::parse("x.cluster.local.")));
}

struct Mistake {
  const char* name;
  std::string block;
  const char* error;  ///< What the only line has in it.
};

const Mistake kMistakes[] = {
    {"only reverse zones", "kubernetes in-addr.arpa", "non-reverse zone name must be used"},
    {"an option of an older release", block("upstream"),
     "'upstream' is not known any more: targets of aliases are looked up by the server itself"},
    {"another one", block("resyncperiod 5m"),
     "'resyncperiod' is not known any more: the API server is followed all the time"},
    {"a multicluster zone of somebody else",
     block("multicluster clusterset.local", "cluster.local in-addr.arpa"),
     "is not authoritative for the multicluster zone clusterset.local. (authoritative zones: "
     "[cluster.local. in-addr.arpa.])"},
    {"a mode of pods", block("pods sometimes"),
     "wrong value for pods: sometimes,  must be one of: disabled, verified, insecure"},
    {"no mode of pods", block("pods"),
     "Wrong argument count or unexpected line ending after 'pods'"},
    {"a TTL out of range", block("ttl 3601"), "ttl must be in range [0, 3600]: 3601"},
    {"a TTL that is no number", block("ttl soon"),
     "strconv.Atoi: parsing \"soon\": invalid syntax"},
    {"two ways to choose namespaces", block("namespaces a\nnamespace_labels b=c"),
     "namespaces and namespace_labels cannot both be set"},
    {"a selector that is none", block("labels a in (b"),
     "unable to parse label selector value: 'a in (b'"},
    {"one of namespaces", block("namespace_labels =x"),
     "unable to parse namespace_label selector value"},
    {"something else to ignore", block("ignore everything"),
     "unable to parse ignore value: 'everything'"},
    {"zones without endpoints", block("zonal\nnoendpoints"),
     "zonal requires the endpoint cache; remove noendpoints"},
    {"no time to start", block("startup_timeout 0"), "startup_timeout must be greater than 0"},
    {"a time without a unit", block("startup_timeout 5"), "failed to parse startup_timeout: 5"},
    {"a flag with an argument", block("noendpoints yes"), "Wrong argument count"},
    {"tls with two files", block("tls a b"), "Wrong argument count"},
    {"a snapshot without a file", block("snapshot"), "Wrong argument count"},
    {"a snapshot that is a folder", block("snapshot /var/lib/"),
     "snapshot must be a file: '/var/lib/'"},
    {"a negative rate", block("apiserver_qps -1"), "apiserver_qps must be >= 0"},
};

TEST_CASE("mistakes are named", "[kubernetes]") {
  for (const Mistake& m : kMistakes) {
    DYNAMIC_SECTION(m.name) {
      const test::PluginSetup read("kubernetes", Read::setup, m.block);
      REQUIRE(read.errors().size() == 1);
      CHECK_THAT(read.errors().front(), Catch::Contains(m.error));
      CHECK_THAT(read.errors().front(), Catch::StartsWith("Corefile:"));
    }
  }
}

TEST_CASE("multicluster zones are some of the plugin's", "[kubernetes]") {
  const auto read = [](const std::string& properties) {
    const test::PluginSetup setup("kubernetes", Read::setup,
                                  block(properties, "10.0.0.0/8 Set.test cluster.local"));
    CHECK(setup.errors().empty());
    return Read::options.plugin.answers;
  };
  CHECK(read("multicluster set.Test").multicluster.to_text() == "set.test.");
  CHECK(Read::options.watch.imports);
  // PTR answers lead to names that exist.
  CHECK(read("multicluster set.test").primary_zone.to_text() == "cluster.local.");
  CHECK(read("multicluster set.test cluster.local").primary_zone.to_text() == "set.test.");
  CHECK(read("multicluster").multicluster.empty());
  CHECK_FALSE(Read::options.watch.imports);
  CHECK(read("").primary_zone.to_text() == "set.test.");
}

TEST_CASE("names of pods are kept where the block has metadata", "[kubernetes]") {
  struct Scope final : Companion, MetadataScope {
    const Zones& metadata_zones() const override { return zones; }
    Zones zones;
  };
  const auto kept = [](const std::string& pods, std::unique_ptr<Companion> in_front) {
    Chain chain;
    if (in_front) chain.add("scope", std::move(in_front));
    const test::PluginSetup read("kubernetes", Read::setup, block(pods), {"."}, {},
                                 std::move(chain));
    CHECK(read.errors().empty());
    return Read::options.watch.identities;
  };
  CHECK(kept("pods verified", std::make_unique<Scope>()));
  CHECK_FALSE(kept("pods verified", nullptr));
  CHECK_FALSE(kept("pods verified", std::make_unique<Companion>()));
  CHECK_FALSE(kept("pods insecure", std::make_unique<Scope>()));
}

TEST_CASE("an ignore without a word does nothing, as in CoreDNS", "[kubernetes]") {
  const test::PluginSetup read("kubernetes", Read::setup, block("ignore"));
  CHECK(read.errors().empty());
  CHECK_FALSE(Read::options.plugin.answers.ignore_empty_service);
}

TEST_CASE("label selectors", "[kubernetes]") {
  for (const char* good : {"k", "!k", "k=v", "k==v", "k!=v", "k in (a,b)", "k notin (a, b)",
                           "a.b/c=d,e", "k=", "K_1.x=V_1.2", "k=,e"}) {
    CHECK(check_selector(good).has_value());
  }
  for (const char* bad :
       {"", "=v", "k in a", "k in (", "k in (a", "k=v,", "k v", "k=v w", "-5s", "k=-v", "k=v-",
        "a/b/c", "/k", "k/", "A.b/c", "a..b/c", "k=a/b", "k in (-a)"}) {
    CHECK_FALSE(check_selector(bad).has_value());
  }
}

}  // namespace
}  // namespace catena::kubernetes
