// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/test_support.hpp"

namespace catena::kubesim {
namespace {

constexpr const char* kPods = "/api/v1/namespaces/default/pods";
constexpr const char* kSets = "/apis/apps/v1/namespaces/default/statefulsets";

/// `name=address` of the pods, in their order.
std::string pods(TestCluster& cluster) {
  std::string text;
  const Json list = cluster.get(kPods);
  for (const Json& pod : list["items"].items()) {
    text += (text.empty() ? "" : " ") + pod.at("metadata.name").scalar() + "=" +
            pod.at("status.podIP").scalar();
  }
  return text;
}

void scale(TestCluster& cluster, const std::string& collection, int replicas) {
  const std::string body = R"({"spec":{"replicas":)" + std::to_string(replicas) + "}}";
  REQUIRE(cluster.call("PUT", collection + "/scale", body).status == 200);
}

void patch(TestCluster& cluster, const std::string& path, const std::string& body) {
  ApiRequest request = TestCluster::request("PATCH", path, body);
  request.content_type = "application/strategic-merge-patch+json";
  REQUIRE(std::get<Response>(cluster.ask(request)).status == 200);
}

TEST_CASE("a StatefulSet has numbered pods with addresses in order") {
  TestCluster cluster;
  create_nginx(cluster, 3);
  CHECK(pods(cluster) == "nginx-0=172.16.0.2 nginx-1=172.16.0.3 nginx-2=172.16.0.4");
  const Json pod = cluster.get(std::string(kPods) + "/nginx-1");
  CHECK(pod.at("spec.hostname").text() == "nginx-1");
  CHECK(pod.at("spec.subdomain").text() == "nginx");
  CHECK(pod.at("metadata.labels")["apps.kubernetes.io/pod-index"].text() == "1");
  CHECK(pod.at("status.phase").text() == "Running");
  CHECK(pod.at("metadata.ownerReferences").items().front()["kind"].text() == "StatefulSet");
  CHECK(cluster.get(std::string(kSets) + "/nginx").at("status.readyReplicas").integer() == 3);
}

TEST_CASE("scaling down removes the highest, scaling up makes new addresses") {
  TestCluster cluster;
  create_nginx(cluster, 3);
  scale(cluster, std::string(kSets) + "/nginx", 1);
  CHECK(pods(cluster) == "nginx-0=172.16.0.2");
  scale(cluster, std::string(kSets) + "/nginx", 2);
  CHECK(pods(cluster) == "nginx-0=172.16.0.2 nginx-1=172.16.0.5");
}

TEST_CASE("a deleted pod comes back with its name and a new address") {
  TestCluster cluster;
  create_nginx(cluster, 2);
  const auto watch = cluster.watch(std::string(kPods) + "?watch=true&resourceVersion=" +
                                   std::to_string(cluster.cluster().store.version()));
  const std::string uid(cluster.get(std::string(kPods) + "/nginx-0").at("metadata.uid").text());
  CHECK(cluster.call("DELETE", std::string(kPods) + "/nginx-0").status == 200);
  CHECK(pods(cluster) == "nginx-0=172.16.0.4 nginx-1=172.16.0.3");
  CHECK(cluster.get(std::string(kPods) + "/nginx-0").at("metadata.uid").text() != uid);
  std::string told;
  for (std::string event = cluster.next(*watch); !event.empty(); event = cluster.next(*watch)) {
    told += event + ";";
  }
  CHECK(told == "MODIFIED nginx-0;DELETED nginx-0;ADDED nginx-0;MODIFIED nginx-0;");
}

TEST_CASE("a pod that is not ready holds up those after it") {
  TestCluster cluster;
  const std::string policy = GENERATE("OrderedReady", "Parallel");
  cluster.create(kSets,
                 "{metadata: {name: slow}, spec: {serviceName: slow, replicas: 3, "
                 "podManagementPolicy: " +
                     policy +
                     ", selector: {matchLabels: {app: slow}}, template: {metadata: {labels: {app: "
                     "slow}, annotations: {catena/ready: 'false'}}, spec: {containers: [{name: c, "
                     "image: i}]}}}}");
  CHECK(cluster.get(kPods)["items"].size() == (policy == "Parallel" ? 3 : 1));
  patch(cluster, std::string(kPods) + "/slow-0",
        R"({"metadata":{"annotations":{"catena/ready":null}}})");
  CHECK(cluster.get(kPods)["items"].size() == (policy == "Parallel" ? 3 : 2));
}

TEST_CASE("a new template renews every pod") {
  TestCluster cluster;
  create_nginx(cluster, 3);
  patch(cluster, std::string(kSets) + "/nginx",
        R"({"spec":{"template":{"spec":{"containers":[{"name":"c","image":"j"}]}}}})");
  const Json list = cluster.get(kPods);
  for (const Json& pod : list["items"].items()) {
    CHECK(pod.at("spec.containers").items().front()["image"].text() == "j");
  }
  const Json status = cluster.get(std::string(kSets) + "/nginx")["status"];
  CHECK(status["updatedReplicas"].integer() == 3);
  CHECK(status["currentRevision"] == status["updateRevision"]);
}

TEST_CASE("a Deployment has a ReplicaSet, and that has pods with random names") {
  TestCluster cluster;
  const char* collection = "/apis/apps/v1/namespaces/default/deployments";
  cluster.create(collection,
                 "{metadata: {name: web}, spec: {replicas: 2, selector: {matchLabels: {app: web}}, "
                 "template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: "
                 "i}]}}}}");
  const std::string path = std::string(collection) + "/web";
  CHECK(cluster.get(path).at("status.availableReplicas").integer() == 2);
  const Json pod = cluster.get(kPods)["items"].items().front();
  CHECK(pod.at("metadata.name").text().size() == std::string("web-123456789-12345").size());
  CHECK_FALSE(pod["spec"].has("hostname"));
  scale(cluster, path, 5);
  CHECK(cluster.get(kPods)["items"].size() == 5);
  patch(cluster, path,
        R"({"spec":{"template":{"spec":{"containers":[{"name":"c","image":"j"}]}}}})");
  CHECK(cluster.get(kPods)["items"].size() == 5);
  CHECK(cluster.get("/apis/apps/v1/replicasets")["items"].size() == 2);
  CHECK(cluster.get(path).at("status.updatedReplicas").integer() == 5);
  cluster.call("DELETE", path);
  CHECK(cluster.get(kPods)["items"].empty());
  CHECK(cluster.get("/apis/apps/v1/replicasets")["items"].empty());
}

TEST_CASE("what an owner owned goes with it, unless it is orphaned") {
  TestCluster cluster;
  create_nginx(cluster, 2);
  const std::string policy = GENERATE("Background", "Orphan");
  cluster.call("DELETE", std::string(kSets) + "/nginx",
               R"({"propagationPolicy":")" + policy + "\"}");
  CHECK(cluster.get(kPods)["items"].size() == (policy == "Orphan" ? 2 : 0));
  cluster.call("DELETE", "/api/v1/namespaces/default/services/nginx");
  CHECK(
      cluster.get("/apis/discovery.k8s.io/v1/namespaces/default/endpointslices")["items"].size() ==
      1);
  CHECK(cluster.call("GET", "/api/v1/namespaces/default/endpoints/nginx").status == 404);
}

TEST_CASE("a namespace goes with everything in it") {
  TestCluster cluster;
  cluster.create("/api/v1/namespaces", "{metadata: {name: shop}}");
  CHECK(cluster.call("GET", "/api/v1/namespaces/shop/serviceaccounts/default").status == 200);
  cluster.create("/api/v1/namespaces/shop/services",
                 "{metadata: {name: web}, spec: {clusterIP: 10.247.9.9, ports: [{port: 80}]}}");
  cluster.call("DELETE", "/api/v1/namespaces/shop");
  CHECK(cluster.call("GET", "/api/v1/namespaces/shop").status == 404);
  CHECK(cluster.get("/api/v1/namespaces/shop/services")["items"].empty());
  CHECK(cluster
            .create("/api/v1/namespaces/default/services",
                    "{metadata: {name: web}, spec: {clusterIP: 10.247.9.9, ports: [{port: 80}]}}")
            .status == 201);
}

TEST_CASE("an object with a finalizer ends when that is gone") {
  TestCluster cluster;
  const std::string path = "/api/v1/namespaces/default/configmaps/c";
  cluster.create("/api/v1/namespaces/default/configmaps",
                 "{metadata: {name: c, finalizers: [test/hold]}, data: {a: b}}");
  cluster.call("DELETE", path);
  CHECK(cluster.get(path)["metadata"].has("deletionTimestamp"));
  ApiRequest request = TestCluster::request("PATCH", path, R"({"metadata":{"finalizers":null}})");
  request.content_type = "application/merge-patch+json";
  cluster.ask(request);
  CHECK(cluster.call("GET", path).status == 404);
}

TEST_CASE("a pod asks for an address by annotation") {
  TestCluster cluster;
  cluster.create(kPods,
                 "{metadata: {name: p, annotations: {catena/ip: 172.16.0.31}}, spec: {containers: "
                 "[{name: c, image: i}]}}");
  CHECK(pods(cluster) == "p=172.16.0.31");
}

TEST_CASE("a deleted pod may be seen terminating for a while") {
  Options options;
  options.termination_ms = 5000;
  TestCluster cluster(options);
  std::function<void()> later;
  cluster.simulator().queue().on_later(
      [&](std::chrono::milliseconds, std::function<void()> action) { later = std::move(action); });
  create_nginx(cluster, 1);
  cluster.call("DELETE", std::string(kPods) + "/nginx-0");
  REQUIRE(later);
  const Json slice = cluster
                         .get(
                             "/apis/discovery.k8s.io/v1/namespaces/default/endpointslices"
                             "?labelSelector=kubernetes.io/service-name%3Dnginx")["items"]
                         .items()
                         .front();
  CHECK(slice["endpoints"].items().front()["conditions"].write() ==
        R"({"ready":false,"serving":true,"terminating":true})");
  cluster.pass(std::chrono::seconds(5));
  later();
  cluster.settle();
  CHECK(pods(cluster) == "nginx-0=172.16.0.3");
}

TEST_CASE("a thousand pods are no trouble") {
  TestCluster cluster;
  create_nginx(cluster, 1000);
  CHECK(cluster.get(kPods)["items"].size() == 1000);
  CHECK(cluster.get(std::string(kSets) + "/nginx").at("status.readyReplicas").integer() == 1000);
  std::set<std::string> addresses;
  const Json slices = cluster.get(
      "/apis/discovery.k8s.io/v1/endpointslices?labelSelector="
      "kubernetes.io/service-name%3Dnginx");
  CHECK(slices["items"].size() == 10);
  for (const Json& slice : slices["items"].items()) {
    for (const Json& endpoint : slice["endpoints"].items()) {
      addresses.insert(endpoint["addresses"].items().front().scalar());
    }
  }
  CHECK(addresses.size() == 1000);
  CHECK(cluster.get("/api/v1/events")["items"].size() <= 1000);
}

}  // namespace
}  // namespace catena::kubesim
