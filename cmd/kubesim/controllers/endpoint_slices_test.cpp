// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/test_support.hpp"

namespace catena::kubesim {
namespace {

constexpr const char* kPods = "/api/v1/namespaces/default/pods";
constexpr const char* kServices = "/api/v1/namespaces/default/services";

std::vector<Json> slices_of(TestCluster& cluster, const std::string& service) {
  const Json list = cluster.get(
      "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices"
      "?labelSelector=kubernetes.io/service-name%3D" +
      service);
  return list["items"].items();
}

Json only_slice(TestCluster& cluster, const std::string& service) {
  const auto slices = slices_of(cluster, service);
  REQUIRE(slices.size() == 1);
  return slices.front();
}

void create_pod(TestCluster& cluster, const std::string& name, const std::string& more = "") {
  const Response made = cluster.create(
      kPods, "{metadata: {name: " + name + ", labels: {app: web}}, spec: {" + more +
                 "containers: [{name: c, image: i, ports: [{name: http, containerPort: 8080}]}]}}");
  REQUIRE(made.status == 201);
}

void annotate(TestCluster& cluster, const std::string& pod, const std::string& ready) {
  ApiRequest request =
      TestCluster::request("PATCH", std::string(kPods) + "/" + pod,
                           R"({"metadata":{"annotations":{"catena/ready":")" + ready + "\"}}}");
  request.content_type = "application/merge-patch+json";
  cluster.ask(request);
}

TEST_CASE("a slice says what a real controller says") {
  TestCluster cluster;
  create_nginx(cluster, 1);
  const Json slice = only_slice(cluster, "nginx");
  const std::string uid(cluster.get(std::string(kPods) + "/nginx-0").at("metadata.uid").text());
  CHECK(slice["addressType"].text() == "IPv4");
  CHECK(slice["ports"].write() == R"([{"name":"nginx","protocol":"TCP","port":80}])");
  CHECK(
      slice["endpoints"].write() ==
      R"([{"addresses":["172.16.0.2"],"conditions":{"ready":true,"serving":true,"terminating":false},)"
      R"("hostname":"nginx-0","targetRef":{"kind":"Pod","namespace":"default","name":"nginx-0","uid":")" +
          uid + R"("},"nodeName":"node-0","zone":"test-a"}])");
  CHECK(slice.at("metadata.labels").write() ==
        R"({"endpointslice.kubernetes.io/managed-by":"endpointslice-controller.k8s.io",)"
        R"("kubernetes.io/service-name":"nginx","service.kubernetes.io/headless":""})");
  CHECK(slice.at("metadata.ownerReferences").items().front()["kind"].text() == "Service");
  CHECK(
      slice.at("metadata.annotations")["endpoints.kubernetes.io/last-change-trigger-time"].text() ==
      "2026-11-22T14:25:08Z");
}

TEST_CASE("the hostname stands only where the subdomain is the Service's name") {
  struct Case {
    const char* name;
    const char* spec;
    const char* hostname;
  };
  const auto c = GENERATE(values<Case>({
      {.name = "both fit", .spec = "hostname: h, subdomain: web, ", .hostname = "h"},
      {.name = "another subdomain", .spec = "hostname: h, subdomain: other, ", .hostname = ""},
      {.name = "no subdomain", .spec = "hostname: h, ", .hostname = ""},
      {.name = "no hostname", .spec = "subdomain: web, ", .hostname = ""},
  }));
  DYNAMIC_SECTION(c.name) {
    TestCluster cluster;
    cluster.create(kServices,
                   "{metadata: {name: web}, spec: {clusterIP: None, selector: {app: web}}}");
    create_pod(cluster, "p", c.spec);
    const Json slice = only_slice(cluster, "web");
    CHECK(slice["endpoints"].items().front()["hostname"].text() == c.hostname);
  }
}

TEST_CASE("readiness") {
  struct Case {
    const char* name;
    const char* service;
    const char* annotation;
    const char* conditions;
  };
  const auto c = GENERATE(values<Case>({
      {.name = "ready",
       .service = "",
       .annotation = "true",
       .conditions = R"({"ready":true,"serving":true,"terminating":false})"},
      {.name = "not ready",
       .service = "",
       .annotation = "false",
       .conditions = R"({"ready":false,"serving":false,"terminating":false})"},
      {.name = "not ready, but to be published",
       .service = "publishNotReadyAddresses: true, ",
       .annotation = "false",
       .conditions = R"({"ready":true,"serving":false,"terminating":false})"},
  }));
  DYNAMIC_SECTION(c.name) {
    TestCluster cluster;
    cluster.create(kServices, std::string("{metadata: {name: web}, spec: {") + c.service +
                                  "clusterIP: None, selector: {app: web}, ports: [{port: 80}]}}");
    create_pod(cluster, "p");
    annotate(cluster, "p", c.annotation);
    CHECK(only_slice(cluster, "web")["endpoints"].items().front()["conditions"].write() ==
          c.conditions);
    const Json endpoints = cluster.get("/api/v1/namespaces/default/endpoints/web");
    const bool listed = endpoints["subsets"].items().front().has("addresses");
    CHECK(listed == (std::string(c.conditions).find(R"("ready":true)") != std::string::npos));
  }
}

TEST_CASE("named target ports are resolved pod by pod") {
  TestCluster cluster;
  cluster.create(kServices,
                 "{metadata: {name: web}, spec: {selector: {app: web}, ports: [{name: a, port: 80, "
                 "targetPort: http}, {name: b, port: 81}]}}");
  create_pod(cluster, "p");
  CHECK(only_slice(cluster, "web")["ports"].write() ==
        R"([{"name":"a","protocol":"TCP","port":8080},{"name":"b","protocol":"TCP","port":81}])");
  cluster.create(
      kPods,
      "{metadata: {name: q, labels: {app: web}}, spec: {containers: [{name: c, image: i, "
      "ports: [{name: http, containerPort: 9090}]}]}}");
  CHECK(slices_of(cluster, "web").size() == 2);
}

TEST_CASE("both families have slices of their own") {
  TestCluster cluster;
  cluster.create(kServices,
                 "{metadata: {name: web}, spec: {ipFamilyPolicy: RequireDualStack, selector: {app: "
                 "web}, ports: [{port: 80}]}}");
  create_pod(cluster, "p");
  std::set<std::string> types;
  for (const Json& slice : slices_of(cluster, "web")) {
    types.insert(slice["addressType"].scalar() + " " +
                 slice["endpoints"].items().front()["addresses"].write());
  }
  CHECK(types == std::set<std::string>{R"(IPv4 ["172.16.0.2"])", R"(IPv6 ["fd00:172:16::2"])"});
}

TEST_CASE("a Service without pods has one empty slice") {
  TestCluster cluster;
  cluster.create(
      kServices,
      "{metadata: {name: web, labels: {x: y}}, spec: {selector: {app: web}, ports: [{port: 80}]}}");
  const Json empty = only_slice(cluster, "web");
  CHECK(empty["endpoints"].is_null());
  CHECK(empty["ports"].is_null());
  CHECK(empty.at("metadata.labels.x").text() == "y");
  create_pod(cluster, "p");
  CHECK(only_slice(cluster, "web")["endpoints"].size() == 1);
  cluster.call("DELETE", std::string(kPods) + "/p");
  CHECK(only_slice(cluster, "web")["endpoints"].is_null());
}

TEST_CASE("a slice is not touched when nothing of it changed") {
  TestCluster cluster;
  create_nginx(cluster, 2);
  const Json before = only_slice(cluster, "nginx");
  cluster.pass(std::chrono::seconds(5));
  ApiRequest request = TestCluster::request("PATCH", std::string(kPods) + "/nginx-0",
                                            R"({"metadata":{"annotations":{"other":"x"}}})");
  request.content_type = "application/merge-patch+json";
  cluster.ask(request);
  CHECK(only_slice(cluster, "nginx") == before);
}

TEST_CASE("slices by hand stay as they are") {
  TestCluster cluster;
  const char* collection = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices";
  cluster.create(kServices,
                 "{metadata: {name: db}, spec: {clusterIP: None, ports: [{port: 5432}]}}");
  CHECK(cluster
            .create(
                collection,
                "{metadata: {name: db-1, labels: {kubernetes.io/service-name: db}}, "
                "addressType: IPv4, endpoints: [{addresses: [192.0.2.10]}], ports: [{port: 5432}]}")
            .status == 201);
  const Json slice = only_slice(cluster, "db");
  CHECK(slice["ports"].write() == R"([{"port":5432,"name":"","protocol":"TCP"}])");
  create_pod(cluster, "p");
  CHECK(only_slice(cluster, "db") == slice);
  CHECK(cluster
            .create(collection,
                    "{metadata: {name: db-2}, addressType: IPv6, endpoints: [{addresses: "
                    "[192.0.2.10]}]}")
            .status == 422);
}

TEST_CASE("a managed slice that somebody spoils is put right") {
  TestCluster cluster;
  create_nginx(cluster, 1);
  const std::string name(only_slice(cluster, "nginx").at("metadata.name").text());
  const std::string path = "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices/" + name;
  ApiRequest request = TestCluster::request("PATCH", path, R"({"endpoints":null})");
  request.content_type = "application/merge-patch+json";
  cluster.ask(request);
  CHECK(only_slice(cluster, "nginx")["endpoints"].size() == 1);
  cluster.call("DELETE", path);
  CHECK(only_slice(cluster, "nginx")["endpoints"].size() == 1);
}

TEST_CASE("an endpoint stays in its slice, and slices hold a hundred") {
  TestCluster cluster;
  create_nginx(cluster, 250);
  std::size_t largest = 0;
  std::map<std::string, std::string> places;
  const auto note = [&](bool check) {
    for (const Json& slice : slices_of(cluster, "nginx")) {
      largest = std::max(largest, slice["endpoints"].size());
      for (const Json& endpoint : slice["endpoints"].items()) {
        const std::string pod = endpoint.at("targetRef.name").scalar();
        const std::string place = slice.at("metadata.name").scalar();
        if (check && places.contains(pod)) CHECK(places[pod] == place);
        places[pod] = place;
      }
    }
  };
  note(false);
  CHECK(slices_of(cluster, "nginx").size() == 3);
  CHECK(largest == 100);
  cluster.call("PUT", "/apis/apps/v1/namespaces/default/statefulsets/nginx/scale",
               R"({"spec":{"replicas":240}})");
  note(true);
  CHECK(slices_of(cluster, "nginx").size() == 3);
}

}  // namespace
}  // namespace catena::kubesim
