// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/api/api.hpp"

#include "cmd/kubesim/test_support.hpp"

namespace catena::kubesim {
namespace {

constexpr const char* kServices = "/api/v1/namespaces/default/services";

std::string service(const std::string& name, const std::string& spec = "ports: [{port: 80}]") {
  return "{metadata: {name: " + name + ", labels: {app: " + name + "}}, spec: {" + spec + "}}";
}

TEST_CASE("refusals in a real API server's words") {
  struct Case {
    const char* name;
    const char* method;
    const char* target;
    const char* body;
    int status;
    const char* contains;
  };
  const auto c = GENERATE(values<Case>({
      {.name = "an object that is not there",
       .method = "GET",
       .target = "/api/v1/namespaces/shop/services/absent",
       .body = "",
       .status = 404,
       .contains =
           R"("message":"services \"absent\" not found","reason":"NotFound","details":{"name":"absent","kind":"services"},"code":404})"},
      {.name = "a group that is not there",
       .method = "GET",
       .target = "/apis/gateway.networking.k8s.io/v1/gateways",
       .body = "",
       .status = 404,
       .contains = "404 page not found"},
      {.name = "a version that is no number",
       .method = "GET",
       .target = "/api/v1/services?resourceVersion=abc",
       .body = "",
       .status = 400,
       .contains = R"(Invalid value: \"abc\": strconv.ParseUint)"},
      {.name = "a version of the future",
       .method = "GET",
       .target = "/api/v1/services?resourceVersion=99999999&resourceVersionMatch=NotOlderThan",
       .body = "",
       .status = 504,
       .contains =
           R"("causes":[{"reason":"ResourceVersionTooLarge","message":"Too large resource version"}])"},
      {.name = "a continue token that is none",
       .method = "GET",
       .target = "/api/v1/services?continue=garbage",
       .body = "",
       .status = 400,
       .contains = "invalid continue token"},
      {.name = "a streaming list without its parameter",
       .method = "GET",
       .target = "/api/v1/services?watch=true&sendInitialEvents=true",
       .body = "",
       .status = 422,
       .contains =
           R"("causes":[{"reason":"FieldValueForbidden","message":"Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan","field":"resourceVersionMatch"}])"},
      {.name = "a body that is no JSON",
       .method = "POST",
       .target = kServices,
       .body = "{",
       .status = 400,
       .contains = "BadRequest"},
      {.name = "a body that is a list",
       .method = "POST",
       .target = kServices,
       .body = "[]",
       .status = 400,
       .contains = "must be an object"},
      {.name = "metadata that is a text",
       .method = "POST",
       .target = kServices,
       .body = R"({"metadata":"x"})",
       .status = 400,
       .contains = "metadata must be an object"},
      {.name = "another kind",
       .method = "POST",
       .target = kServices,
       .body = R"({"kind":"Pod","apiVersion":"v1"})",
       .status = 400,
       .contains = "cannot be handled as a Service"},
      {.name = "another namespace",
       .method = "POST",
       .target = kServices,
       .body = R"({"metadata":{"name":"a","namespace":"b"}})",
       .status = 400,
       .contains = "does not match the namespace"},
      {.name = "a namespace that is not there",
       .method = "POST",
       .target = "/api/v1/namespaces/nowhere/services",
       .body = R"({"metadata":{"name":"a"}})",
       .status = 404,
       .contains = R"(namespaces \"nowhere\" not found)"},
      {.name = "a Service without ports",
       .method = "POST",
       .target = kServices,
       .body = R"({"metadata":{"name":"a"},"spec":{}})",
       .status = 422,
       .contains = "spec.ports: Required value"},
      {.name = "a name with capitals",
       .method = "POST",
       .target = kServices,
       .body = R"({"metadata":{"name":"A"},"spec":{"ports":[{"port":1}]}})",
       .status = 422,
       .contains = "metadata.name: Invalid value"},
      {.name = "a method without a meaning",
       .method = "POST",
       .target = "/api/v1/namespaces/default/services/kubernetes",
       .body = "{}",
       .status = 405,
       .contains = "MethodNotAllowed"},
      {.name = "a patch of an unknown kind",
       .method = "PATCH",
       .target = "/api/v1/namespaces/default/services/kubernetes",
       .body = "{}",
       .status = 415,
       .contains = "UnsupportedMediaType"},
  }));
  TestCluster cluster;
  DYNAMIC_SECTION(c.name) {
    const Response response = cluster.call(c.method, c.target, c.body);
    CHECK(response.status == c.status);
    CHECK_THAT(response.body, Catch::Contains(c.contains));
  }
}

TEST_CASE("a media type that is not served") {
  TestCluster cluster;
  ApiRequest request = TestCluster::request("GET", "/api/v1/services");
  request.accept = "application/yaml;as=Nothing;g=x;v=y";
  CHECK(std::get<Response>(cluster.ask(request)).status == 406);
  request.accept = "application/vnd.kubernetes.protobuf, application/json";
  CHECK(std::get<Response>(cluster.ask(request)).status == 200);
}

TEST_CASE("an object is created once, with defaults") {
  TestCluster cluster;
  const Response made = cluster.create(kServices, service("web"));
  CHECK(made.status == 201);
  const Json web = *parse_json(made.body);
  CHECK(web["spec"].write() ==
        R"({"ports":[{"port":80,"protocol":"TCP","targetPort":80}],"type":"ClusterIP",)"
        R"("sessionAffinity":"None","internalTrafficPolicy":"Cluster","clusterIP":"10.247.0.2",)"
        R"("clusterIPs":["10.247.0.2"],"ipFamilies":["IPv4"],"ipFamilyPolicy":"SingleStack"})");
  const Response again = cluster.create(kServices, service("web"));
  CHECK(again.status == 409);
  CHECK_THAT(again.body, Catch::Contains(R"(services \"web\" already exists)"));
  CHECK(cluster.create(kServices, service("db")).status == 201);
  CHECK(cluster.get(std::string(kServices) + "/db").at("spec.clusterIP").text() == "10.247.0.3");
}

TEST_CASE("a generated name ends in random letters") {
  TestCluster cluster;
  const Response made =
      cluster.create(kServices, "{metadata: {generateName: web-}, spec: {ports: [{port: 80}]}}");
  const std::string name(parse_json(made.body)->at("metadata.name").text());
  CHECK(name.size() == 9);
  CHECK(name.starts_with("web-"));
}

TEST_CASE("a dry run leaves nothing behind") {
  TestCluster cluster;
  const Response made =
      cluster.create(std::string(kServices) + "?dryRun=All", service("web", "ports: [{port: 1}]"));
  CHECK(made.status == 201);
  CHECK(cluster.call("GET", std::string(kServices) + "/web").status == 404);
  CHECK(cluster.call("DELETE", std::string(kServices) + "/kubernetes?dryRun=All").status == 200);
  CHECK(cluster.call("GET", std::string(kServices) + "/kubernetes").status == 200);
}

TEST_CASE("lists come in pages that agree with each other") {
  TestCluster cluster;
  for (const char* name : {"a", "b", "c", "d"}) cluster.create(kServices, service(name));
  const Json first = cluster.get("/api/v1/services?limit=2");
  CHECK(first["kind"].text() == "ServiceList");
  REQUIRE(first["items"].size() == 2);
  CHECK_FALSE(first["items"].items().front().has("kind"));
  CHECK(first.at("metadata.remainingItemCount").integer() == 3);
  cluster.create(kServices, service("aa"));
  cluster.call("DELETE", std::string(kServices) + "/c");
  const std::string token(first.at("metadata.continue").text());
  const Json rest = cluster.get("/api/v1/services?limit=500&continue=" + token);
  CHECK(rest.at("metadata.resourceVersion") == first.at("metadata.resourceVersion"));
  CHECK_FALSE(rest["metadata"].has("continue"));
  std::string names;
  for (const Json& item : rest["items"].items()) names += item.at("metadata.name").scalar() + " ";
  CHECK(names == "c d kubernetes ");
  const Response both = cluster.call("GET", "/api/v1/services?resourceVersion=5&continue=" + token);
  CHECK_THAT(both.body, Catch::Contains("specifying resource version is not allowed"));
  cluster.call("POST", "/kubesim/faults", R"({"forget_history":true})");
  const Response gone = cluster.call("GET", "/api/v1/services?limit=2&continue=" + token);
  CHECK(gone.status == 410);
  const std::string inconsistent(parse_json(gone.body)->at("metadata.continue").text());
  CHECK(cluster.get("/api/v1/services?continue=" + inconsistent)["items"].size() == 2);
}

TEST_CASE("the limit is ignored with resourceVersion=0") {
  TestCluster cluster;
  for (const char* name : {"a", "b", "c"}) cluster.create(kServices, service(name));
  CHECK(cluster.get("/api/v1/services?limit=2&resourceVersion=0")["items"].size() == 4);
}

TEST_CASE("lists are narrowed by namespace, labels and fields") {
  TestCluster cluster;
  cluster.create(kServices, service("a"));
  cluster.create("/api/v1/namespaces/kube-system/services", service("a"));
  const auto count = [&](std::string_view target) { return cluster.get(target)["items"].size(); };
  CHECK(count("/api/v1/services") == 3);
  CHECK(count("/api/v1/namespaces/kube-system/services") == 1);
  CHECK(count("/api/v1/services?labelSelector=app%3Da") == 2);
  CHECK(count("/api/v1/services?fieldSelector=metadata.namespace%3Ddefault") == 2);
  CHECK(cluster.call("GET", "/api/v1/services?labelSelector=app%3Dnobody")
            .body.ends_with(R"("items":[]})"));
  CHECK(cluster.call("GET", "/api/v1/services?labelSelector=%3D").status == 400);
}

TEST_CASE("a list of an exact version is what it was") {
  TestCluster cluster;
  cluster.create(kServices, service("a"));
  const std::string version(cluster.get("/api/v1/services").at("metadata.resourceVersion").text());
  cluster.call("DELETE", std::string(kServices) + "/a");
  const std::string exact =
      "/api/v1/services?resourceVersionMatch=Exact&resourceVersion=" + version;
  CHECK(cluster.get(exact)["items"].size() == 2);
  CHECK(cluster.get("/api/v1/services?resourceVersion=" + version)["items"].size() == 1);
  cluster.call("POST", "/kubesim/faults", R"({"forget_history":true})");
  CHECK(cluster.call("GET", exact).status == 410);
}

TEST_CASE("a patch changes what it says, and nothing of the status") {
  TestCluster cluster;
  cluster.create(kServices, service("web"));
  const std::string path = std::string(kServices) + "/web";
  ApiRequest request = TestCluster::request("PATCH", path);
  const auto patch = [&](std::string type, std::string body) {
    request.content_type = std::move(type);
    request.body = std::move(body);
    return std::get<Response>(cluster.ask(request));
  };
  CHECK(patch("application/merge-patch+json",
              R"({"spec":{"publishNotReadyAddresses":true},"status":{"x":1}})")
            .status == 200);
  CHECK(patch("application/strategic-merge-patch+json",
              R"({"spec":{"ports":[{"port":81,"name":"b"}]}})")
            .status == 422);
  CHECK(patch("application/strategic-merge-patch+json",
              R"({"spec":{"ports":[{"port":80,"name":"a"},{"port":81,"name":"b"}]}})")
            .status == 200);
  CHECK(patch("application/json-patch+json",
              R"([{"op":"replace","path":"/metadata/labels/app","value":"z"}])")
            .status == 200);
  const Json web = cluster.get(path);
  CHECK(web.at("spec.publishNotReadyAddresses").boolean());
  CHECK(web.at("spec.ports").size() == 2);
  CHECK(web.at("metadata.labels.app").text() == "z");
  CHECK(web["status"].write() == R"({"loadBalancer":{}})");
  CHECK(patch("application/merge-patch+json", R"({"metadata":{"resourceVersion":"1"}})").status ==
        409);
  CHECK(patch("application/merge-patch+json", R"({"metadata":{"name":"other"}})").status == 400);
  request.path += "/status";
  CHECK(
      patch(
          "application/merge-patch+json",
          R"({"spec":{"type":"NodePort"},"status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.1"}]}}})")
          .status == 200);
  CHECK(cluster.get(path).at("spec.type").text() == "ClusterIP");
  CHECK(cluster.get(path).at("status.loadBalancer.ingress").size() == 1);
}

TEST_CASE("server-side apply creates and changes") {
  TestCluster cluster;
  ApiRequest request = TestCluster::request("PATCH", std::string(kServices) + "/web");
  request.content_type = "application/apply-patch+yaml";
  request.body = "metadata: {name: web}\nspec:\n  ports: [{port: 80}]\n";
  CHECK(std::get<Response>(cluster.ask(request)).status == 201);
  request.body = "metadata: {name: web, labels: {a: b}}\n";
  CHECK(std::get<Response>(cluster.ask(request)).status == 200);
  CHECK(cluster.get(request.path).at("metadata.labels.a").text() == "b");
}

TEST_CASE("scale reads and sets the replicas") {
  TestCluster cluster;
  create_nginx(cluster, 2);
  const std::string path = "/apis/apps/v1/namespaces/default/statefulsets/nginx/scale";
  const Json scale = cluster.get(path);
  CHECK(scale["kind"].text() == "Scale");
  CHECK(scale["status"].write() == R"({"replicas":2,"selector":"app=nginx"})");
  ApiRequest request = TestCluster::request("PATCH", path, R"({"spec":{"replicas":4}})");
  request.content_type = "application/merge-patch+json";
  CHECK(std::get<Response>(cluster.ask(request)).status == 200);
  CHECK(cluster.get(path).at("status.replicas").integer() == 4);
  CHECK(cluster.call("PUT", path, R"({"spec":{"replicas":1}})").status == 200);
  CHECK(cluster.get(path).at("status.replicas").integer() == 1);
  CHECK(cluster.call("PUT", path, R"({"spec":{"replicas":-1}})").status == 422);
}

TEST_CASE("a Table shows what kubectl get shows") {
  TestCluster cluster;
  create_nginx(cluster, 1);
  cluster.pass(std::chrono::seconds(168));
  const auto row = [&](std::string_view target) {
    ApiRequest request = TestCluster::request("GET", target);
    request.accept = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";
    const Json table = *parse_json(std::get<Response>(cluster.ask(request)).body);
    CHECK(table["kind"].text() == "Table");
    CHECK(table["columnDefinitions"].size() == table["rows"].items().front()["cells"].size());
    return table["rows"].items().front()["cells"].write();
  };
  CHECK(row("/api/v1/namespaces/default/pods") ==
        R"(["nginx-0","1/1","Running","0","2m48s","172.16.0.2","node-0","<none>","<none>"])");
  CHECK(row("/api/v1/namespaces/default/services/nginx") ==
        R"(["nginx","ClusterIP","None","<none>","80/TCP","2m48s","app=nginx"])");
  CHECK(row("/apis/apps/v1/statefulsets") == R"(["nginx","1/1","2m48s","c","i"])");
  CHECK(row("/api/v1/namespaces/default/endpoints/nginx") ==
        R"(["nginx","172.16.0.2:80","2m48s"])");
  CHECK(
      row("/api/v1/nodes/node-1") ==
      R"(["node-1","Ready","<none>","2m48s","v1.36.3+kubesim","192.0.2.2","<none>","simulated","none","none"])");
}

TEST_CASE("metadata only") {
  TestCluster cluster;
  ApiRequest request = TestCluster::request("GET", "/api/v1/services");
  request.accept = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";
  const Json list = *parse_json(std::get<Response>(cluster.ask(request)).body);
  CHECK(list["kind"].text() == "PartialObjectMetadataList");
  CHECK(list["items"].items().front()["kind"].text() == "PartialObjectMetadata");
  CHECK_FALSE(list["items"].items().front().has("spec"));
}

}  // namespace
}  // namespace catena::kubesim
