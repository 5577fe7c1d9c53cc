// SPDX-License-Identifier: Apache-2.0
// What `catena check` says, with the plugins of this build: of what is accepted and surprises, of
// what belongs to the place where the server will run, of what CoreDNS once had.
#include "core/config/file_system.hpp"

#include "cmd/catena/load.hpp"
#include "plugins/registry.hpp"
#include "test/support/test_process.hpp"

#include <catch2/catch.hpp>

#include <filesystem>

namespace catena {
namespace {

using Texts = std::vector<std::string>;

/// The lines about a Corefile, those of one kind behind the other.
Texts said(const std::string& text, config::Place place) {
  const test::TestProcess parts;
  config::Diagnostics diagnostics(place);
  load({"Corefile", text}, 1053, plugin_registry(), parts.process, diagnostics);
  Texts lines;
  for (const auto& one : diagnostics.needs()) lines.push_back("note " + config::format(one));
  for (const auto& one : diagnostics.warnings()) lines.push_back("warning " + config::format(one));
  for (const auto& one : diagnostics.errors()) lines.push_back(config::format(one));
  return lines;
}

std::string block(const std::string& lines) { return ".:53 {\n" + lines + "\n}\n"; }

struct Case {
  const char* name;
  std::string corefile;
  Texts lines;
};

const Case kSurprises[] = {
    {"a time is no zone, and nothing is cached",
     block("cache 30s"),
     {"warning Corefile:2: cache: '30s' is taken for a zone: a number or a time"}},
    {"nor is a day's worth of seconds",
     block("cache 86400s"),
     {"warning Corefile:2: cache: '86400s' is taken for a zone: a number or a time"}},
    {"options of a block on the line",
     block("cache 30 denial 5"),
     {"warning Corefile:2: cache: '5' is taken for a zone: a number or a time",
      "warning Corefile:2: cache: 'denial' is taken for a zone: options stand in a block, one on "
      "each line"}},
    {"a class on log's line is a zone",
     block("log error"),
     {"warning Corefile:2: log: 'error' is taken for a zone: options stand in a block, one on "
      "each line"}},
    {"also behind a zone",
     block("log . class error"),
     {"warning Corefile:2: log: 'class' is taken for a zone: options stand in a block, one on "
      "each line",
      "warning Corefile:2: log: 'error' is taken for a zone: options stand in a block, one on "
      "each line"}},
    {"where CoreDNS once logged to",
     block("log stdout"),
     {"warning Corefile:2: log: 'stdout' is taken for a zone: options stand in a block, one on "
      "each line"}},
    {"a second forward for the same names",
     block("forward . 9.9.9.9\nforward . 1.1.1.1"),
     {"warning Corefile:3: forward: never reached: 'forward' of line 2 answers for all of its "
      "names"}},
    {"a second forward for some of the names",
     block("forward . 9.9.9.9\nforward corp.example 1.1.1.1"),
     {"warning Corefile:3: forward: never reached: 'forward' of line 2 answers for all of its "
      "names"}},
    {"the other way round both are asked",
     block("forward corp.example 1.1.1.1\nforward . 9.9.9.9"),
     {}},
    {"what the first one leaves out reaches the second",
     block("forward . 9.9.9.9 {\nexcept corp.example\n}\nforward corp.example 1.1.1.1"),
     {}},
    {"answers that are handed on by their code reach the second",
     block("forward . 9.9.9.9 {\nnext NXDOMAIN\n}\nforward . 1.1.1.1"),
     {}},
    {"a source behind one that answers everything",
     block("whoami\nforward . 9.9.9.9"),
     {"warning Corefile:2: whoami: never reached: 'forward' of line 3 answers for all of its "
      "names"}},
    {"a source behind one for the whole block",
     "cluster.local {\nkubernetes cluster.local {\nendpoint http://127.0.0.1:1\n}\n"
     "forward . 9.9.9.9\n}\n",
     {"warning Corefile:5: forward: never reached: 'kubernetes' of line 2 answers for all of its "
      "names"}},
    {"with fallthrough it is reached",
     "cluster.local {\nkubernetes cluster.local {\nendpoint http://127.0.0.1:1\nfallthrough\n}\n"
     "forward . 9.9.9.9\n}\n",
     {}},
    {"addresses in a list with commas",
     block("forward . 8.8.8.8,8.8.4.4"),
     {"warning Corefile:2: forward: '8.8.8.8,8.8.4.4' is taken for a host's name, and the server "
      "does not start unless it can be resolved: a comma belongs to the name here (expected "
      "spaces between them)"}},
    {"an address that is none",
     block("forward . 8.8.8.888"),
     {"warning Corefile:2: forward: '8.8.8.888' is taken for a host's name, and the server does "
      "not start unless it can be resolved: no address, although its last label is a number"}},
    {"a host's name is a host's name", block("forward . dns.example dns-2.example:5353"), {}},
    {"a comma between zones",
     block("log cluster.local, in-addr.arpa,"),
     {"warning Corefile:2: log: 'cluster.local,' is taken for a zone: a comma belongs to the name "
      "here (expected spaces between them)",
      "warning Corefile:2: log: 'in-addr.arpa,' is taken for a zone: a comma belongs to the name "
      "here (expected spaces between them)"}},
    {"a prefix that is too long",
     block("cache 30 10.96.0.0/33"),
     {"warning Corefile:2: cache: '10.96.0.0/33' is taken for a zone: no network (expected "
      "ADDRESS/PREFIX)"}},
    {"an address without a prefix",
     block("cache 30 10.96.0.0"),
     {"warning Corefile:2: cache: '10.96.0.0' is taken for a zone: an address (a network has a "
      "prefix, such as 10.0.0.0/24; 'bind' chooses addresses)"}},
    {"an address as a key",
     "127.0.0.1:53 {\nwhoami\n}\n",
     {"warning Corefile:1: the key '127.0.0.1:53' is taken for a zone: an address (a network has a "
      "prefix, such as 10.0.0.0/24; 'bind' chooses addresses)"}},
    {"a scheme that is none",
     "foo://example.org {\nwhoami\n}\n",
     {"warning Corefile:1: the key 'foo://example.org' is taken for a zone: '://' behind what is "
      "no scheme"}},
    {"a block without spaces",
     ".:53 {whoami}\n",
     {"warning Corefile:1: the key '{whoami}' is taken for a zone: a brace belongs to the name "
      "here (expected '{' as the last word of its line, with a space before it)"}},
    {"letters of all the world",
     "b\xC3\xBC"
     "cher.example {\nwhoami\n}\n",
     {"warning Corefile:1: the key 'b\xC3\xBC"
      "cher.example' is taken for a zone: names beyond "
      "ASCII are written as xn--..."}},
    {"keys with everything that a key may have",
     "dns://.:53 example.org:1053 10.0.0.0/8 fd00::/8 _tcp.b-c.example. {\nwhoami\n}\n",
     {}},
    {"a zone outside of the block's",
     "example.org {\nforward example.com 9.9.9.9\n}\n",
     {"warning Corefile:2: forward: nobody asks this block for 'example.com.': its zones are "
      "example.org."}},
    {"a network outside of the block's is told once",
     "example.org {\nkubernetes example.org 10.96.0.0/12 {\nendpoint http://127.0.0.1:1\n}\n}\n",
     {"warning Corefile:2: kubernetes: nobody asks this block for '96.10.in-addr.arpa.': its zones "
      "are example.org."}},
    {"the cluster's zone beside other names for it",
     "k8s.example {\nkubernetes cluster.local {\nendpoint http://127.0.0.1:1\n}\nk8s_external\n}\n",
     {}},
    {"a zone above or below the block's is asked for",
     "example.org {\nforward . 9.9.9.9\ncache 30 a.example.org\n}\n",
     {}},
    {"properties on the line of their brace",
     block("cache 30 { success 10 }"),
     {"warning Corefile:2: most plugins of CoreDNS refuse a block on one line (expected a line "
      "break behind its '{' and before its '}')"}},
    {"a brace behind the last property",
     block("cache 30 {\nkeepttl }"),
     {"warning Corefile:3: most plugins of CoreDNS refuse a block on one line (expected a line "
      "break behind its '{' and before its '}')"}},
    {"an empty block on one line is one for CoreDNS too", block("errors { }\nwhoami"), {}},
    {"a block that CoreDNS does not look at",
     block("whoami\nreload 5s {\nx\n}"),
     {"warning Corefile:3: reload: the block is not used (expected none)"}},
    {"a port that a variable should give",
     block("whoami\nprometheus localhost:"),
     {"warning Corefile:3: prometheus: address localhost:: no port behind the colon, so any free "
      "one is taken"}},
};

TEST_CASE("what is accepted and surprises is a warning, here and elsewhere", "[check]") {
  for (const Case& c : kSurprises) {
    DYNAMIC_SECTION(c.name) {
      CHECK(said(c.corefile, config::Place::elsewhere) == c.lines);
      CHECK(said(c.corefile, config::Place::here) == c.lines);
    }
  }
}

const char* const kPod =
    "KUBERNETES_SERVICE_HOST, KUBERNETES_SERVICE_PORT and "
    "/var/run/secrets/kubernetes.io/serviceaccount, as a pod has them";

const Case kElsewhere[] = {
    {"a pod's own cluster",
     block("kubernetes cluster.local"),
     {std::string("note Corefile:2: kubernetes: would need ") + kPod}},
    {"a kubeconfig",
     block("kubernetes cluster.local {\nkubeconfig /nowhere/config\n}"),
     {"note Corefile:3: kubernetes: would need /nowhere/config"}},
    {"a kubeconfig of a variable",
     block("kubernetes cluster.local {\nkubeconfig {$CATENA_NO_HOME}/.kube/config\n}"),
     {"note Corefile:3: would need the variable CATENA_NO_HOME"}},
    {"certificates",
     block("kubernetes cluster.local {\nendpoint https://192.0.2.1\ntls /n/c /n/k /n/a\n}"),
     {"note Corefile:4: kubernetes: would need /n/c",
      "note Corefile:4: kubernetes: would need /n/k",
      "note Corefile:4: kubernetes: would need /n/a"}},
    {"a file with upstreams that is not here",
     block("forward . /nowhere/resolv.conf"),
     {"note Corefile:2: forward: would need /nowhere/resolv.conf",
      "warning Corefile:2: forward: '/nowhere/resolv.conf' is taken for a host's name, and the "
      "server does not start unless it can be resolved: there is no such file here"}},
    {"a file with search domains",
     block("whoami\nautopath /nowhere/resolv.conf"),
     {"note Corefile:3: autopath: would need /nowhere/resolv.conf"}},
    {"a plugin without its sign is a file",
     block("kubernetes cluster.local {\nendpoint http://127.0.0.1:1\n}\nautopath kubernetes"),
     {"note Corefile:5: autopath: would need kubernetes",
      "warning Corefile:5: autopath: 'kubernetes' is taken for a file (expected '@kubernetes' for "
      "the plugin)"}},
    {"an interface",
     block("bind eth7\nwhoami"),
     {"note Corefile:2: bind: would need the interface eth7"}},
    {"files to import",
     "import /nowhere/*.server\n.:53 {\nimport /nowhere/a\nwhoami\n}\n",
     {"note Corefile:1: would need /nowhere/*.server", "note Corefile:3: would need /nowhere/a"}},
    {"weights",
     block("whoami\nloadbalance weighted /nowhere/weights"),
     {"note Corefile:3: loadbalance: would need /nowhere/weights"}},
    {"a variable, and whatever it makes of the line",
     block("bind {$CATENA_NO_IP}\nhealth {$CATENA_NO_IP}:8080\ncache {$CATENA_NO_TTL}x {\n"
           "denial {$CATENA_NO_SIZE}\n}\nready localhost:{$CATENA_NO_PORT}\nwhoami"),
     {"note Corefile:2: would need the variable CATENA_NO_IP",
      "note Corefile:3: would need the variable CATENA_NO_IP",
      "note Corefile:4: would need the variable CATENA_NO_TTL",
      "note Corefile:5: would need the variable CATENA_NO_SIZE",
      "note Corefile:7: would need the variable CATENA_NO_PORT"}},
    {"a variable in keys",
     ".:{$CATENA_NO_PORT} {$CATENA_NO_ZONE} {\nwhoami\nloop\n}\n.:53 {\nwhoami\n}\n",
     {"note Corefile:1: would need the variable CATENA_NO_PORT",
      "note Corefile:1: would need the variable CATENA_NO_ZONE"}},
    {"a variable that names a plugin, and one that names a file",
     block("{$CATENA_NO_PLUGIN} x\nimport {$CATENA_NO_FOLDER}/a\nwhoami"),
     {"note Corefile:2: would need the variable CATENA_NO_PLUGIN",
      "note Corefile:3: would need the variable CATENA_NO_FOLDER"}},
    {"other mistakes are mistakes everywhere",
     block("bind {$CATENA_NO_IP}\nbind 300.1.2.3\nimport none\nwhoami"),
     {"note Corefile:2: would need the variable CATENA_NO_IP",
      "Corefile:4: File to import not found: none",
      "Corefile:3: bind: not a valid IP address or interface name: \"300.1.2.3\""}},
};

TEST_CASE("elsewhere, what belongs to the place is a note", "[check]") {
  for (const Case& c : kElsewhere) {
    DYNAMIC_SECTION(c.name) { CHECK(said(c.corefile, config::Place::elsewhere) == c.lines); }
  }
}

TEST_CASE("where the server is to run the same is asked for", "[check]") {
  for (const Case& c : kElsewhere) {
    DYNAMIC_SECTION(c.name) {
      const Texts lines = said(c.corefile, config::Place::here);
      for (const std::string& line : lines) CHECK(line.find("would need") == std::string::npos);
    }
  }
  CHECK(said(block("bind {$CATENA_NO_IP}\nwhoami"), config::Place::here) ==
        Texts{"warning Corefile:2: the variable CATENA_NO_IP is not set, so it is empty",
              "Corefile:2: bind: not a valid IP address or interface name: \"\""});
}

const std::string kEndpoint = "kubernetes cluster.local {\nendpoint http://127.0.0.1:1\n";

const Case kFormer[] = {
    {"proxy",
     block("proxy . 9.9.9.9"),
     {"Corefile:2: Unknown directive 'proxy': CoreDNS had it once, until 1.5.0: 'forward' took its "
      "place"}},
    {"federation",
     block("federation cluster.local"),
     {"Corefile:2: Unknown directive 'federation': CoreDNS had it once, until 1.7.0: 'kubernetes' "
      "has 'multicluster'"}},
    {"upstream",
     block(kEndpoint + "upstream\n}"),
     {"Corefile:4: kubernetes: 'upstream' is not known any more: targets of aliases are looked up "
      "by the server itself"}},
    {"resyncperiod",
     block(kEndpoint + "resyncperiod 5m\n}"),
     {"Corefile:4: kubernetes: 'resyncperiod' is not known any more: the API server is followed "
      "all the time"}},
    {"transfer in a source",
     block(kEndpoint + "transfer to *\n}"),
     {"Corefile:4: kubernetes: 'transfer' is not known any more: use the plugin 'transfer': "
      "transfer ZONE { to ADDRESS }"}},
    {"autopath in kubernetes",
     block(kEndpoint + "autopath 0 NXDOMAIN /etc/resolv.conf\n}"),
     {"Corefile:4: kubernetes: 'autopath' is not known any more: use the plugin 'autopath': "
      "autopath @kubernetes"}},
};

TEST_CASE("what CoreDNS once had is told what took its place", "[check]") {
  for (const Case& c : kFormer) {
    DYNAMIC_SECTION(c.name) { CHECK(said(c.corefile, config::Place::elsewhere) == c.lines); }
  }
}

TEST_CASE("the Corefiles of clusters are good far from any cluster", "[check]") {
  const std::filesystem::path folder = std::string(CATENA_SOURCE_DIR) + "/test/corpus/corefile";
  std::size_t found = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.front() < '0' || name.front() > '9') continue;
    ++found;
    DYNAMIC_SECTION(name) {
      const auto text = config::Disk().read(entry.path().string());
      REQUIRE(text);
      for (const std::string& line : said(*text, config::Place::elsewhere)) {
        const bool good = line.starts_with("note ") || line.starts_with("warning ") ||
                          line.find("known, not in this build") != std::string::npos ||
                          line.find("is known, not in this build") != std::string::npos;
        CHECK((good ? "" : line) == "");
      }
    }
  }
  CHECK(found == 22);
}

}  // namespace
}  // namespace catena
