// SPDX-License-Identifier: Apache-2.0
// The Corefiles that clusters run have to parse: those of test/corpus/corefile whose names begin
// with a number. The others there are seeds of the fuzzer.
#include "core/config/corefile.hpp"
#include "core/config/keys.hpp"
#include "core/config/testing.hpp"

#include <catch2/catch.hpp>

#include <filesystem>

namespace catena::config {
namespace {

// Every directive of CoreDNS 1.15.
const std::vector<std::string> kDirectives = {
    "root",        "metadata",  "geoip",    "cancel",       "proxyproto",  "quic",
    "grpc_server", "https",     "https3",   "timeouts",     "multisocket", "reload",
    "nsid",        "bufsize",   "bind",     "debug",        "trace",       "ready",
    "health",      "pprof",     "shed",     "prometheus",   "errors",      "log",
    "dnstap",      "local",     "dns64",    "any",          "chaos",       "loadbalance",
    "tsig",        "rewrite",   "autopath", "acl",          "cache",       "header",
    "dnssec",      "tls",       "minimal",  "template",     "transfer",    "hosts",
    "route53",     "azure",     "clouddns", "k8s_external", "kubernetes",  "file",
    "auto",        "secondary", "etcd",     "loop",         "forward",     "grpc",
    "erratic",     "whoami",    "on",       "sign",         "view",        "nomad"};

struct Case {
  const char* name = "";
  std::vector<std::string> keys = {};  // As resolved, with 53 for -dns.port.
  std::vector<std::size_t> directives = {};
  std::size_t warnings = 0;
};

const Case kCases[] = {
    {.name = "01-community-default", .keys = {"dns://.:53"}, .directives = {10}},
    {.name = "02-vendor-environment",
     .keys = {"dns://.:5353", "dns://acme.local.:5353", "dns://consul.local.:5353"},
     .directives = {10, 4}},
    {.name = "03-hosts-and-rewrite", .keys = {"dns://.:53"}, .directives = {13}},
    {.name = "04-autopath", .keys = {"dns://.:53", "dns://lab.example.:53"}, .directives = {8, 2}},
    {.name = "05-snippets-and-imports", .keys = {"dns://.:53"}, .directives = {11}, .warnings = 2},
    {.name = "06-templates", .keys = {"dns://.:53"}, .directives = {7}},
    {.name = "07-openshift",
     .keys = {"dns://corp.example.:5353", "dns://.:5353", "dns://hostname.bind.:5353"},
     .directives = {6, 10, 1}},
    {.name = "08-node-local",
     .keys = {"dns://cluster.local.:53", "dns://in-addr.arpa.:53", "dns://ip6.arpa.:53",
              "dns://.:53"},
     .directives = {8, 7, 7, 7}},
    {.name = "09-views-and-acl",
     .keys = {"dns://example.com.:53", "dns://example.com.:53", "dns://.:53"},
     .directives = {3, 3, 3}},
    {.name = "10-external-names", .keys = {"dns://.:53"}, .directives = {4}},
    {.name = "11-multicluster", .keys = {"dns://.:53"}, .directives = {6}},
    {.name = "12-out-of-cluster",
     .keys = {"dns://.:53", "tls://.:853", "https://.:443"},
     .directives = {6}},
    {.name = "13-debugging", .keys = {"dns://.:1053"}, .directives = {10}},
    {.name = "14-signed-egress",
     .keys = {"dns://corp.example.:53", "dns://.:53"},
     .directives = {4, 4}},
    {.name = "15-legacy", .keys = {"dns://.:53"}, .directives = {11}},
    {.name = "16-kops", .keys = {"dns://.:53"}, .directives = {10}},
    {.name = "17-stub-domains",
     .keys = {"dns://.:53", "dns://corp.example.:53", "dns://consul.:53"},
     .directives = {10, 3, 3}},
    {.name = "18-dual-stack", .keys = {"dns://.:53"}, .directives = {10}},
    {.name = "19-node-agent",
     .keys = {"dns://cluster.local.:53", "dns://in-addr.arpa.:53", "dns://ip6.arpa.:53",
              "dns://.:53"},
     .directives = {7, 5, 5}},
    {.name = "20-home-lab", .keys = {"dns://.:53"}, .directives = {8}},
    {.name = "21-outside-names", .keys = {"dns://.:5353"}, .directives = {9}},
    {.name = "22-workers",
     .keys = {"dns://cluster.local.:53", "dns://in-addr.arpa.:53", "dns://ip6.arpa.:53",
              "dns://.:53"},
     .directives = {12, 3}},
};

Corefile parse_file(const std::string& name, Diagnostics& diagnostics) {
  const Disk disk;
  const std::string path = std::string(CATENA_SOURCE_DIR) + "/test/corpus/corefile/" + name;
  const auto text = disk.read(path);
  REQUIRE(text);
  // Not the disk: what lies in /etc/coredns of the machine that runs the test must not matter.
  return parse_for_test({.text = *text,
                         .directives = kDirectives,
                         .variables = {{"POD_IP", "10.0.0.7"},
                                       {"LOCAL_IP", "169.254.20.10"},
                                       {"CLUSTER_DNS", "10.96.0.10"},
                                       {"UPSTREAM_DNS", "192.0.2.53"}}},
                        diagnostics);
}

TEST_CASE("the Corefiles of clusters parse", "[config][corpus]") {
  for (const Case& c : kCases) {
    DYNAMIC_SECTION(c.name) {
      Diagnostics diagnostics;
      const Corefile corefile = parse_file(c.name, diagnostics);
      std::vector<std::string> keys;
      std::vector<std::size_t> directives;
      for (const ServerBlock& block : corefile.blocks) {
        directives.push_back(block.directives.size());
        for (const Key& key : resolve_keys(block, 53, diagnostics)) keys.push_back(to_string(key));
      }
      CHECK(lines_of(diagnostics.errors()).empty());
      CHECK(diagnostics.warnings().size() == c.warnings);
      CHECK(keys == c.keys);
      CHECK(directives == c.directives);
    }
  }
}

std::string words_of(const Line& line) {
  std::string text;
  for (const Word& word : line.words) text += (text.empty() ? "" : "|") + word.text;
  return text;
}

TEST_CASE("regular expressions and templates come through as they are written",
          "[config][corpus]") {
  Diagnostics diagnostics;
  const Corefile rewrite = parse_file("03-hosts-and-rewrite", diagnostics);
  const auto rules = rewrite.blocks.at(0).occurrences("rewrite");
  REQUIRE(rules.size() == 2);
  CHECK(words_of(*rules[0]) == "rewrite|stop");
  CHECK(words_of(rules[0]->block.at(0)) ==
        "name|regex|(.*)\\.apps\\.corp\\.example|{1}.prod.svc.cluster.local");
  const Corefile templates = parse_file("06-templates", diagnostics);
  const auto lines = templates.blocks.at(0).occurrences("template");
  REQUIRE(lines.size() == 3);
  CHECK(words_of(lines[2]->block.at(1)) ==
        "answer|{{ .Name }} 60 IN A {{ .Group.a }}.{{ .Group.b }}.{{ .Group.c }}.{{ .Group.d }}");
  CHECK(words_of(lines[2]->block.at(2)) ==
        "additional|{{ .Name }} 60 IN TXT \"made up for {{ .Remote }}\"");
  const Corefile vendor = parse_file("02-vendor-environment", diagnostics);
  CHECK(words_of(*vendor.blocks.at(0).occurrences("health").at(0)) == "health|10.0.0.7:8080");
}

TEST_CASE("a directive that was removed from CoreDNS is unknown", "[config][corpus]") {
  Diagnostics diagnostics;
  parse_for_test({.text = ".:53 {\n proxy . /etc/resolv.conf\n}", .directives = kDirectives},
                 diagnostics);
  CHECK(lines_of(diagnostics.errors()) ==
        std::vector<std::string>{"Corefile:2: Unknown directive 'proxy'"});
}

}  // namespace
}  // namespace catena::config
