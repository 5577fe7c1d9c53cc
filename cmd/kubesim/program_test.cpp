// SPDX-License-Identifier: Apache-2.0
// The command line, manifests and the files that are written.
#include "core/base/encodings.hpp"

#include "cmd/kubesim/manifest.hpp"
#include "cmd/kubesim/model/defaults.hpp"
#include "cmd/kubesim/options.hpp"
#include "cmd/kubesim/test_support.hpp"

#include <filesystem>
#include <fstream>

namespace catena::kubesim {
namespace {

const std::string kFolder = CATENA_SOURCE_DIR "/cmd/kubesim/";

TEST_CASE("the command line") {
  const auto parsed =
      parse_options({"--listen", "127.0.0.1:8080", "--tls", "--manifest=a.yaml", "--manifest",
                     "b.yaml", "--token-ttl", "5", "--no-validation"});
  const auto* options = std::get_if<Options>(&parsed);
  REQUIRE(options);
  CHECK(options->listen == "127.0.0.1:8080");
  CHECK(options->transport == Transport::Tls);
  CHECK(options->validation == Validation::Off);
  CHECK(options->manifests == std::vector<std::string>{"a.yaml", "b.yaml"});
  CHECK(options->token_ttl == 5);
  const auto help = parse_options({"--help"});
  CHECK(std::get<Ending>(help).status == 0);
  CHECK_THAT(std::get<Ending>(help).text, Catch::Contains("--bookmark-interval SECONDS"));
}

TEST_CASE("mistakes on the command line") {
  struct Case {
    const char* name;
    std::vector<std::string> arguments;
    const char* contains;
  };
  const auto c = GENERATE(values<Case>({
      {.name = "unknown", .arguments = {"--nothing"}, .contains = "unknown option --nothing"},
      {.name = "no value", .arguments = {"--listen"}, .contains = "--listen needs HOST:PORT"},
      {.name = "no number", .arguments = {"--history", "x"}, .contains = "--history cannot be x"},
      {.name = "too small", .arguments = {"--history", "0"}, .contains = "--history cannot be 0"},
  }));
  DYNAMIC_SECTION(c.name) {
    const auto parsed = parse_options(c.arguments);
    REQUIRE(std::holds_alternative<Ending>(parsed));
    CHECK(std::get<Ending>(parsed).status == 2);
    CHECK_THAT(std::get<Ending>(parsed).text, Catch::Contains(c.contains));
  }
}

TEST_CASE("ranges that make no sense are refused at the start") {
  Options options;
  options.pod_range = GENERATE("172.16.0.0", "fd00::/64", "172.16.0.0/16,10.0.0.0/8");
  CHECK_THROWS_WITH(Simulator(options, [] { return std::chrono::system_clock::now(); }),
                    Catch::Contains("--pod-range"));
}

TEST_CASE("the sample cluster is what its comments say") {
  TestCluster cluster;
  cluster.simulator().load({kFolder + "sample.yaml"});
  cluster.settle();
  const auto spec = [&](const char* path) {
    return cluster.get(std::string("/api/v1/namespaces/") + path)["spec"];
  };
  CHECK(spec("default/services/nginx-headless")["clusterIP"].text() == "None");
  CHECK(spec("kube-system/services/kube-dns")["clusterIP"].text() == "10.247.3.10");
  CHECK(spec("default/services/dual")["clusterIPs"].size() == 2);
  CHECK(spec("default/services/outside")["externalName"].text() == "www.example.com");
  CHECK(cluster.get("/apis/apps/v1/namespaces/default/statefulsets/nginx")
            .at("status.readyReplicas")
            .integer() == 3);
  CHECK(cluster.get("/apis/apps/v1/namespaces/default/deployments/web")
            .at("status.readyReplicas")
            .integer() == 2);
  const Json half = cluster.get("/api/v1/namespaces/default/endpoints/half");
  const Json subset = half["subsets"].items().front();
  CHECK(subset["addresses"].size() == 1);
  CHECK(subset["notReadyAddresses"].size() == 1);
}

TEST_CASE("the page's headless Service is in the sample already") {
  const auto documents = read_manifest(kFolder + "headless.yaml");
  REQUIRE(documents.size() == 1);
  CHECK(documents.front()["spec"].write() ==
        R"({"ports":[{"name":"nginx","port":80}],"selector":{"app":"nginx"},"clusterIP":"None"})");
}

TEST_CASE("manifests that cannot be used") {
  TestCluster cluster;
  CHECK_THROWS_WITH(read_manifest("absent.yaml"), Catch::Contains("cannot read absent.yaml"));
  CHECK_THROWS_WITH(
      create_from_manifest(cluster.cluster(), yaml("{kind: Nothing, apiVersion: v1}")),
      Catch::Contains("no kind Nothing in v1"));
  CHECK_THROWS_WITH(
      create_from_manifest(cluster.cluster(),
                           yaml("{kind: Service, apiVersion: v1, metadata: {name: X}}")),
      Catch::Contains("Service X: "));
}

TEST_CASE("YAML becomes the JSON that it stands for") {
  struct Case {
    const char* name;
    const char* text;
    const char* json;
  };
  const auto c = GENERATE(values<Case>({
      {.name = "scalars",
       .text = "[a, 1, -2.5, true, null, ~, '']",
       .json = R"(["a",1,-2.5,true,null,null,""])"},
      {.name = "quoted numbers stay text", .text = "['1', \"true\"]", .json = R"(["1","true"])"},
      {.name = "what looks like a number",
       .text = "[1.2.3.4, 08, 1e, 0x10]",
       .json = R"(["1.2.3.4","08","1e","0x10"])"},
      {.name = "block style",
       .text = "a:\n  - b: c\n    d: e\n",
       .json = R"({"a":[{"b":"c","d":"e"}]})"},
      {.name = "a block of text", .text = "a: |\n  x\n  y\n", .json = R"({"a":"x\ny\n"})"},
      {.name = "aliases", .text = "a: &x {b: 1}\nc: *x\n", .json = R"({"a":{"b":1},"c":{"b":1}})"},
  }));
  DYNAMIC_SECTION(c.name) { CHECK(yaml(c.text).write() == c.json); }
}

TEST_CASE("YAML that cannot be used is an error, never more") {
  std::string laughs = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
  for (int i = 1; i < 10; ++i) {
    std::string list;
    for (int j = 0; j < 10; ++j) list += fmt::format("*a{},", i - 1);
    laughs += fmt::format("a{}: &a{} [{}]\n", i, i, list);
  }
  CHECK_FALSE(parse_yaml(laughs));
  CHECK_FALSE(parse_yaml(std::string(5000, '[')));
  CHECK_FALSE(parse_yaml("{a: b"));
  CHECK_FALSE(parse_yaml("a: b\n---\nc: d\n"));
  CHECK(parse_yaml_documents("a: b\n---\n---\nc: d\n")->size() == 2);
}

TEST_CASE("a file is replaced as a whole, for its owner only") {
  const auto path = std::filesystem::temp_directory_path() / ("kubesim-test-" + random_suffix(8));
  write_file(path.string(), "first");
  write_file(path.string(), "second");
  std::ifstream stream(path);
  std::string text;
  stream >> text;
  CHECK(text == "second");
  CHECK(std::filesystem::status(path).permissions() ==
        (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  std::filesystem::remove(path);
  CHECK_THROWS_WITH(write_file("/absent/file", ""), Catch::Contains("cannot write /absent/file"));
}

TEST_CASE("a kubeconfig says where the server is and how to sign in") {
  const Json config = yaml(kubeconfig_text("https://127.0.0.1:1", "CERTIFICATE", "secret", ""));
  const Json cluster = config["clusters"].items().front()["cluster"];
  CHECK(cluster["server"].text() == "https://127.0.0.1:1");
  CHECK(from_base64(cluster["certificate-authority-data"].text()) == "CERTIFICATE");
  CHECK(config["users"].items().front().at("user.token").text() == "secret");
  const Json with_file = yaml(kubeconfig_text("http://127.0.0.1:1", "", "", "/run/token"));
  CHECK(with_file["users"].items().front().at("user.tokenFile").text() == "/run/token");
  CHECK_FALSE(with_file["clusters"].items().front()["cluster"].has("certificate-authority-data"));
}

TEST_CASE("queries of a URL") {
  const Query query = parse_query("a=b%2Cc&d=e+f&g&=h&%zz=1");
  CHECK(query.at("a") == "b,c");
  CHECK(query.at("d") == "e f");
  CHECK(query.at("g").empty());
  CHECK(path_segments("/api//v1/a%2Fb/") == std::vector<std::string>{"api", "v1", "a/b"});
}

TEST_CASE("objects that a real API server would refuse") {
  struct Case {
    const char* name;
    const char* resource;
    const char* object;
    const char* field;
  };
  const auto c = GENERATE(values<Case>({
      {.name = "a Service whose name begins with a digit",
       .resource = "services",
       .object = "{metadata: {name: 1a}, spec: {ports: [{port: 1}]}}",
       .field = "metadata.name"},
      {.name = "two ports, one without a name",
       .resource = "services",
       .object = "{metadata: {name: a}, spec: {ports: [{name: x, port: 1}, {port: 2}]}}",
       .field = "spec.ports[1].name"},
      {.name = "a port number that is too high",
       .resource = "services",
       .object = "{metadata: {name: a}, spec: {ports: [{port: 65536}]}}",
       .field = "spec.ports[0].port"},
      {.name = "an ExternalName without a name",
       .resource = "services",
       .object = "{metadata: {name: a}, spec: {type: ExternalName}}",
       .field = "spec.externalName"},
      {.name = "a pod without containers",
       .resource = "pods",
       .object = "{metadata: {name: a}, spec: {}}",
       .field = "spec.containers"},
      {.name = "a selector that misses the template",
       .resource = "statefulsets",
       .object =
           "{metadata: {name: a}, spec: {selector: {matchLabels: {a: b}}, template: {metadata: "
           "{labels: {a: c}}, spec: {containers: [{name: c, image: i}]}}}}",
       .field = "spec.template.metadata.labels"},
      {.name = "a slice with a name for an address",
       .resource = "endpointslices",
       .object = "{metadata: {name: a}, addressType: IPv4, endpoints: [{addresses: [x]}]}",
       .field = "endpoints[0].addresses"},
  }));
  DYNAMIC_SECTION(c.name) {
    const Resource& resource = resource_named(c.resource);
    Json json = yaml(c.object);
    apply_defaults(resource, json);
    const auto errors = validate(resource, json);
    REQUIRE(errors.size() == 1);
    CHECK(errors.front().field == c.field);
  }
}

TEST_CASE("validation can be turned off") {
  Options options;
  options.validation = Validation::Off;
  TestCluster cluster(options);
  CHECK(cluster.create("/api/v1/namespaces/default/services", "{metadata: {name: Web_1}, spec: {}}")
            .status == 201);
}

}  // namespace
}  // namespace catena::kubesim
