// SPDX-License-Identifier: Apache-2.0
// Who may ask, discovery, and the faults of plain requests.
#include "cmd/kubesim/api/discovery.hpp"
#include "cmd/kubesim/api/openapi.hpp"
#include "cmd/kubesim/api/tables.hpp"
#include "cmd/kubesim/test_support.hpp"

namespace catena::kubesim {
namespace {

Options tls() {
  Options options;
  options.transport = Transport::Tls;
  return options;
}

int status_with(TestCluster& cluster, const std::string& authorization) {
  ApiRequest request = TestCluster::request("GET", "/api/v1/services");
  request.authorization = authorization;
  return std::get<Response>(cluster.ask(request)).status;
}

TEST_CASE("with TLS a request needs a token or a certificate") {
  TestCluster cluster(tls());
  const auto now = cluster.cluster().store.now();
  const std::string token =
      cluster.cluster().tokens.issue("someone", now + std::chrono::seconds(10));
  CHECK(status_with(cluster, "") == 403);
  CHECK(status_with(cluster, "Bearer not-a-token") == 401);
  CHECK(status_with(cluster, "Basic abc") == 401);
  CHECK(status_with(cluster, "Bearer " + token) == 200);
  cluster.pass(std::chrono::seconds(10));
  CHECK(status_with(cluster, "Bearer " + token) == 401);
  ApiRequest request = TestCluster::request("GET", "/api/v1/services");
  request.certificate = "kubernetes-admin";
  CHECK(std::get<Response>(cluster.ask(request)).status == 200);
  CHECK(cluster.call("GET", "/healthz").body == "ok");
  CHECK_THAT(
      cluster.call("GET", "/api/v1/services").body,
      Catch::Contains(
          R"(services is forbidden: User \"system:anonymous\" cannot list resource \"services\" in API group \"\" at the cluster scope)"));
}

TEST_CASE("a service account's token is valid for the time that was asked") {
  TestCluster cluster(tls());
  ApiRequest request =
      TestCluster::request("POST", "/api/v1/namespaces/default/serviceaccounts/default/token",
                           R"({"spec":{"expirationSeconds":60}})");
  request.certificate = "kubernetes-admin";
  const Response response = std::get<Response>(cluster.ask(request));
  REQUIRE(response.status == 201);
  const Json status = (*parse_json(response.body))["status"];
  CHECK(status["expirationTimestamp"].text() == "2026-11-22T14:26:08Z");
  const std::string bearer = "Bearer " + status["token"].scalar();
  CHECK(status_with(cluster, bearer) == 200);
  CHECK(cluster.call("POST", "/kubesim/faults", R"({"forbid":["services"]})").status == 200);
  ApiRequest list = TestCluster::request("GET", "/api/v1/services?watch=true");
  list.authorization = bearer;
  CHECK_THAT(
      std::get<Response>(cluster.ask(list)).body,
      Catch::Contains(R"(User \"system:serviceaccount:default:default\" cannot watch resource)"));
  cluster.call("DELETE", "/kubesim/faults");
  CHECK(status_with(cluster, bearer) == 200);
  cluster.call("POST", "/kubesim/faults", R"({"expire_tokens":true})");
  CHECK(status_with(cluster, bearer) == 401);
}

TEST_CASE("refusals are counted down") {
  TestCluster cluster;
  cluster.call("POST", "/kubesim/faults",
               R"({"status":500,"count":2,"path":"/services","verb":"list"})");
  CHECK(cluster.call("GET", "/api/v1/namespaces/default/services/kubernetes").status == 200);
  CHECK(cluster.call("GET", "/api/v1/pods").status == 200);
  CHECK(cluster.call("GET", "/api/v1/services").status == 500);
  CHECK(cluster.call("GET", "/api/v1/services").status == 500);
  CHECK(cluster.call("GET", "/api/v1/services").status == 200);
  cluster.call("POST", "/kubesim/faults", R"({"status":429})");
  const Response busy = cluster.call("GET", "/api/v1/pods");
  CHECK(busy.status == 429);
  CHECK(busy.retry_after == 1);
  CHECK(busy.content_type == "text/plain; charset=utf-8");
  CHECK(cluster.call("POST", "/kubesim/faults", R"({"status":200})").status == 400);
  CHECK(cluster.call("POST", "/kubesim/faults", R"({"unknown":1})").status == 400);
  CHECK(cluster.call("POST", "/kubesim/faults", "no JSON").status == 400);
}

TEST_CASE("a group can be hidden") {
  TestCluster cluster;
  CHECK(cluster.get("/apis")["groups"].size() == 4);
  cluster.call("POST", "/kubesim/faults", R"({"absent_groups":["discovery.k8s.io"]})");
  CHECK(cluster.get("/apis")["groups"].size() == 3);
  CHECK(cluster.call("GET", "/apis/discovery.k8s.io/v1").status == 404);
  const Response slices = cluster.call("GET", "/apis/discovery.k8s.io/v1/endpointslices");
  CHECK(slices.status == 404);
  CHECK(slices.body == "404 page not found\n");
}

TEST_CASE("discovery, plain and aggregated") {
  TestCluster cluster;
  CHECK(cluster.get("/api")["versions"].write() == R"(["v1"])");
  CHECK(cluster.get("/apis/apps")["kind"].text() == "APIGroup");
  const Json apps = cluster.get("/apis/apps/v1");
  CHECK(apps["groupVersion"].text() == "apps/v1");
  CHECK_THAT(apps.write(), Catch::Contains(R"("name":"statefulsets/scale")"));
  CHECK_THAT(cluster.get("/api/v1").write(), Catch::Contains(R"("shortNames":["svc"])"));
  CHECK(cluster.call("GET", "/apis/none/v1").status == 404);
  CHECK(cluster.get("/version")["minor"].text() == "36");
  ApiRequest request = TestCluster::request("GET", "/apis");
  request.accept =
      "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";
  const Response response = std::get<Response>(cluster.ask(request));
  CHECK(response.content_type ==
        "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList");
  CHECK(parse_json(response.body)->at("items").size() == 4);
  CHECK_THAT(response.body, Catch::Contains(R"("version":"v1alpha1")"));
}

TEST_CASE("OpenAPI says that the server validates") {
  TestCluster cluster;
  CHECK(cluster.get("/openapi/v3").at("paths")["api/v1"].has("serverRelativeURL"));
  const Json document = cluster.get("/openapi/v3/apis/apps/v1");
  const Json& patch =
      document["paths"]["/apis/apps/v1/namespaces/{namespace}/statefulsets/{name}"]["patch"];
  CHECK(patch["parameters"].items().front()["name"].text() == "fieldValidation");
  CHECK(patch["x-kubernetes-group-version-kind"].write() ==
        R"({"group":"apps","version":"v1","kind":"StatefulSet"})");
  CHECK(cluster.call("GET", "/openapi/v3/apis/none/v1").status == 404);
  // Document{swagger: "2.0", info: {title: "kubesim", version: "v1.36.3"}}
  CHECK(openapi_v2_protobuf() ==
        "\x0a\x03"
        "2.0"
        "\x12\x12\x0a\x07"
        "kubesim"
        "\x12\x07"
        "v1.36.3");
}

TEST_CASE("an access review tells what is forbidden") {
  TestCluster cluster;
  const char* path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
  const char* body = R"({"spec":{"resourceAttributes":{"resource":"pods","verb":"list"}}})";
  CHECK_THAT(cluster.call("POST", path, body).body, Catch::Contains(R"("allowed":true)"));
  cluster.call("POST", "/kubesim/faults", R"({"forbid":["pods"]})");
  CHECK_THAT(cluster.call("POST", path, body).body, Catch::Contains(R"("allowed":false)"));
}

TEST_CASE("spans as kubectl shows them") {
  struct Case {
    int seconds;
    const char* text;
  };
  const auto c = GENERATE(values<Case>({{.seconds = 0, .text = "0s"},
                                        {.seconds = 119, .text = "119s"},
                                        {.seconds = 199, .text = "3m19s"},
                                        {.seconds = 300, .text = "5m"},
                                        {.seconds = 700, .text = "11m"},
                                        {.seconds = 4 * 3600 + 120, .text = "4h2m"},
                                        {.seconds = 20 * 3600, .text = "20h"},
                                        {.seconds = 51 * 3600, .text = "2d3h"},
                                        {.seconds = 20 * 86400, .text = "20d"}}));
  CHECK(human_duration(std::chrono::seconds(c.seconds)) == c.text);
}

}  // namespace
}  // namespace catena::kubesim
