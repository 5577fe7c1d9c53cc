// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/test_support.hpp"

namespace catena::kubesim {
namespace {

constexpr const char* kServices = "/api/v1/namespaces/default/services";
constexpr const char* kPort = ", spec: {ports: [{port: 80}]}}";

void create(TestCluster& cluster, const std::string& name) {
  REQUIRE(cluster.create(kServices, "{metadata: {name: " + name + "}" + kPort).status == 201);
}

std::string version_of(TestCluster& cluster) {
  return std::string(cluster.get("/api/v1/services").at("metadata.resourceVersion").text());
}

TEST_CASE("a watch from nothing begins with what is there") {
  TestCluster cluster;
  const auto* query = GENERATE("?watch=true", "?watch=1&resourceVersion=0");
  const auto watch = cluster.watch(std::string(kServices) + query);
  CHECK(cluster.next(*watch) == "ADDED kubernetes");
  CHECK(cluster.next(*watch).empty());
  create(cluster, "web");
  CHECK(cluster.next(*watch) == "ADDED web");
  cluster.call("DELETE", std::string(kServices) + "/web");
  CHECK(cluster.next(*watch) == "DELETED web");
  CHECK(cluster.next(*watch).empty());
}

TEST_CASE("a watch resumes after the version that it names") {
  TestCluster cluster;
  create(cluster, "a");
  const std::string version = version_of(cluster);
  create(cluster, "b");
  cluster.call("DELETE", std::string(kServices) + "/a");
  const auto watch = cluster.watch("/api/v1/services?watch=true&resourceVersion=" + version);
  CHECK(cluster.next(*watch) == "ADDED b");
  CHECK(cluster.next(*watch) == "DELETED a");
  CHECK(cluster.next(*watch).empty());
  CHECK(watch->ended() == Watch::End::Open);
}

TEST_CASE("a watch of one object by its path or its name") {
  TestCluster cluster;
  const auto* target = GENERATE("/api/v1/namespaces/default/services/web?watch=true",
                                "/api/v1/services?watch=true&fieldSelector=metadata.name%3Dweb");
  const auto watch = cluster.watch(target);
  create(cluster, "other");
  create(cluster, "web");
  CHECK(cluster.next(*watch) == "ADDED web");
  CHECK(cluster.next(*watch).empty());
}

TEST_CASE("a version that is forgotten is one ERROR event of code 410") {
  TestCluster cluster;
  const std::string version = version_of(cluster);
  create(cluster, "a");
  SECTION("history is lost") {
    cluster.call("POST", "/kubesim/faults", R"({"forget_history":true})");
  }
  SECTION("a test asked for it") { cluster.call("POST", "/kubesim/faults", R"({"gone":true})"); }
  const auto watch = cluster.watch("/api/v1/services?watch=true&resourceVersion=" + version);
  const auto event = watch->next();
  REQUIRE(event);
  const std::string line = cluster.api().write_event(*watch, *event);
  CHECK_THAT(line,
             Catch::StartsWith(R"({"type":"ERROR","object":{"kind":"Status","apiVersion":"v1")"));
  CHECK_THAT(line, Catch::Contains(R"("reason":"Expired","code":410)"));
  CHECK(line.back() == '\n');
  CHECK(watch->ended() == Watch::End::Clean);
}

TEST_CASE("a streaming list ends its first part with a bookmark") {
  TestCluster cluster;
  const std::string query =
      "?watch=true&allowWatchBookmarks=true&sendInitialEvents=true&"
      "resourceVersionMatch=NotOlderThan";
  SECTION("with objects") {
    const auto watch = cluster.watch("/api/v1/services" + query);
    CHECK(cluster.next(*watch) == "ADDED kubernetes");
    const auto end = watch->next();
    REQUIRE(end);
    CHECK(
        cluster.api().write_event(*watch, *end) ==
        R"({"type":"BOOKMARK","object":{"kind":"Service","apiVersion":"v1","metadata":{"resourceVersion":")" +
            version_of(cluster) + R"(","annotations":{"k8s.io/initial-events-end":"true"}}}})" +
            "\n");
    create(cluster, "web");
    CHECK(cluster.next(*watch) == "ADDED web");
  }
  SECTION("of nothing") {
    const auto watch = cluster.watch("/api/v1/services" + query + "&labelSelector=app%3Dnobody");
    CHECK(cluster.next(*watch) == "BOOKMARK");
    CHECK(cluster.next(*watch).empty());
  }
  SECTION("not older than a version of the future") {
    CHECK(cluster.call("GET", "/api/v1/services" + query + "&resourceVersion=99999").status == 504);
  }
  SECTION("a server that has none") {
    cluster.call("POST", "/kubesim/faults", R"({"streaming_list":false})");
    CHECK(cluster.call("GET", "/api/v1/services" + query).status == 422);
  }
}

TEST_CASE("a watch from the future is silent until then") {
  TestCluster cluster;
  const auto watch = cluster.watch("/api/v1/services?watch=true&resourceVersion=99999");
  create(cluster, "web");
  CHECK(cluster.next(*watch).empty());
  CHECK(watch->ended() == Watch::End::Open);
}

TEST_CASE("watches in other forms") {
  TestCluster cluster;
  ApiRequest request = TestCluster::request("GET", std::string(kServices) + "?watch=true");
  const auto first_line = [&](const char* accept) {
    request.accept = accept;
    const auto watch = std::get<std::shared_ptr<Watch>>(cluster.ask(request));
    return cluster.api().write_event(*watch, *watch->next());
  };
  CHECK_THAT(first_line("application/json;as=Table;v=v1;g=meta.k8s.io"),
             Catch::StartsWith(R"({"type":"ADDED","object":{"kind":"Table")"));
  CHECK_THAT(first_line("application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"),
             Catch::StartsWith(R"({"type":"ADDED","object":{"kind":"PartialObjectMetadata")"));
}

TEST_CASE("faults of watches") {
  TestCluster cluster;
  const auto watch = cluster.watch("/api/v1/services?watch=true");
  SECTION("dropped") {
    cluster.call("POST", "/kubesim/faults", R"({"drop_watches":true})");
    CHECK(watch->ended() == Watch::End::Abrupt);
  }
  SECTION("ended in order") {
    cluster.call("POST", "/kubesim/faults", R"({"end_watches":true})");
    CHECK(watch->ended() == Watch::End::Clean);
  }
  SECTION("the server comes back with an older state") {
    const std::string version = version_of(cluster);
    create(cluster, "web");
    CHECK(cluster.call("POST", "/kubesim/faults", R"({"reset_resource_version":)" + version + "}")
              .status == 200);
    CHECK(watch->ended() == Watch::End::Abrupt);
    CHECK(cluster.call("GET", std::string(kServices) + "/web").status == 404);
    CHECK(version_of(cluster) == version);
    CHECK(cluster.call("POST", "/kubesim/faults", R"({"reset_resource_version":999999})").status ==
          400);
  }
}

}  // namespace
}  // namespace catena::kubesim
