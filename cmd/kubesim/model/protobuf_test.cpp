// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/model/protobuf.hpp"

#include "cmd/kubesim/server/wire.hpp"
#include "cmd/kubesim/test_support.hpp"

#include <fstream>
#include <iterator>

namespace catena::kubesim {
namespace {

/// A length-delimited field; everything here is shorter than 128 bytes.
std::string bytes(int number, const std::string& content) {
  return std::string{static_cast<char>(number << 3 | 2), static_cast<char>(content.size())} +
         content;
}

std::string number(int field, int value) {
  return std::string{static_cast<char>(field << 3), static_cast<char>(value)};
}

std::string unknown(const std::string& version, const std::string& kind, const std::string& raw) {
  return std::string("k8s\0", 4) + bytes(1, bytes(1, version) + bytes(2, kind)) + bytes(2, raw) +
         bytes(3, "") + bytes(4, "");
}

std::string service() {
  const std::string port = bytes(1, "http") + bytes(2, "") + number(3, 80) +
                           bytes(4, number(1, 1) + number(2, 0) + bytes(3, "web")) + number(5, 0);
  const std::string spec = bytes(1, port) + bytes(2, bytes(1, "app") + bytes(2, "web")) +
                           bytes(3, "None") + bytes(4, "") + number(13, 1);
  return unknown("v1", "Service", bytes(1, bytes(1, "web") + bytes(2, "")) + bytes(2, spec));
}

TEST_CASE("protobuf as kubectl create sends it") {
  const auto json = parse_protobuf(service());
  REQUIRE(json);
  CHECK(json->write() == R"({"metadata":{"name":"web"},"spec":{"ports":[{"name":"http","port":80,)"
                         R"("targetPort":"web"}],"selector":{"app":"web"},"clusterIP":"None",)"
                         R"("publishNotReadyAddresses":true},"kind":"Service","apiVersion":"v1"})");
}

TEST_CASE("a Secret's bytes become base64, a replica count of zero stays") {
  const auto secret = parse_protobuf(
      unknown("v1", "Secret", bytes(2, bytes(1, "k") + bytes(2, "\x01\x02")) + bytes(3, "Opaque")));
  REQUIRE(secret);
  CHECK((*secret)["data"].write() == R"({"k":"AQI="})");
  const auto none = parse_protobuf(unknown("apps/v1", "Deployment", bytes(2, number(1, 0))));
  REQUIRE(none);
  CHECK((*none)["spec"].write() == R"({"replicas":0})");
}

TEST_CASE("protobuf that cannot be used is an error") {
  CHECK_FALSE(parse_protobuf(""));
  CHECK_FALSE(parse_protobuf("{}"));
  CHECK_FALSE(parse_protobuf(unknown("v1", "Binding", "")));
  const std::string whole = service();
  for (std::size_t length = 0; length < whole.size() - 4; ++length) {
    CAPTURE(length);
    CHECK_FALSE(parse_protobuf(std::string_view(whole).substr(0, length)));
  }
}

TEST_CASE("a namespace is created from protobuf") {
  TestCluster cluster;
  ApiRequest request = TestCluster::request("POST", "/api/v1/namespaces");
  request.content_type = "application/vnd.kubernetes.protobuf";
  request.body = unknown("v1", "Namespace", bytes(1, bytes(1, "demo")) + bytes(2, ""));
  CHECK(std::get<Response>(cluster.ask(request)).status == 201);
  CHECK(cluster.get("/api/v1/namespaces/demo").at("status.phase").text() == "Active");
}

/// What a real API server sent; see plugins/kubernetes/api/testdata.
std::string recorded(const std::string& name) {
  std::ifstream file(std::string(CATENA_SOURCE_DIR) + "/plugins/kubernetes/api/testdata/" + name,
                     std::ios::binary);
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

Json recorded_json(const std::string& name) {
  const std::string text = recorded(name);
  const auto json = parse_json(std::string_view(text).substr(text.find("\n\n{") + 2));
  REQUIRE(json);
  return *json;
}

std::string as_protobuf(const Json& list, std::string_view kind) {
  std::vector<const Json*> items;
  for (const Json& item : list["items"].items()) items.push_back(&item);
  return write_protobuf_list(list["apiVersion"].text(), kind, list["metadata"], items);
}

TEST_CASE("lists are the bytes that a real API server sends of the same objects") {
  CHECK(as_protobuf(recorded_json("list-services.http"), "Service") ==
        recorded("list-services-protobuf.pb"));
  CHECK(as_protobuf(recorded_json("list-endpointslices.http"), "EndpointSlice") ==
        recorded("list-endpointslices-protobuf.pb"));
}

TEST_CASE("so are the events of a watch") {
  const Json expired = yaml(
      "{kind: Status, apiVersion: v1, metadata: {}, status: Failure, "
      "message: 'too old resource version: 1 (674)', reason: Expired, code: 410}");
  CHECK(write_protobuf_event("ERROR", expired) == recorded("410-watch-list-protobuf.pb"));
  const Json bookmark = yaml(
      "{kind: EndpointSlice, apiVersion: discovery.k8s.io/v1, metadata: {resourceVersion: "
      "'489', annotations: {k8s.io/initial-events-end: 'true'}}}");
  CHECK_THAT(recorded("watch-list-protobuf.pb"),
             Catch::EndsWith(write_protobuf_event("BOOKMARK", bookmark)));
}

TEST_CASE("what is written is read again") {
  const Json secret = yaml("{data: {k: AQI=}, type: Opaque, kind: Secret, apiVersion: v1}");
  CHECK(parse_protobuf(write_protobuf(secret))->at("data.k").text() == "AQI=");
  const Json service = yaml(
      "{metadata: {name: web, labels: {b: '1', a: '2'}}, spec: {ports: [{name: http, port: 80, "
      "targetPort: web}], publishNotReadyAddresses: true}, kind: Service, apiVersion: v1}");
  const auto again = parse_protobuf(write_protobuf(service));
  REQUIRE(again);
  CHECK((*again)["spec"] == service["spec"]);
  CHECK(again->at("metadata.labels").write() == R"({"a":"2","b":"1"})");
}

constexpr const char* kProtobufFirst = "application/vnd.kubernetes.protobuf, application/json";

struct Answered {
  const char* name;
  const char* target;
  const char* type;
};

TEST_CASE("who asks for protobuf gets it, refusals too, where a kind has that form") {
  const Answered c = GENERATE(values<Answered>({
      {"a list", "/api/v1/services", "application/vnd.kubernetes.protobuf"},
      {"an object", "/api/v1/namespaces/default", "application/vnd.kubernetes.protobuf"},
      {"a refusal", "/api/v1/namespaces/nobody", "application/vnd.kubernetes.protobuf"},
      {"a kind without it", "/apis/apps/v1/deployments", "application/json"},
      {"what is no object", "/nowhere", "text/plain; charset=utf-8"},
  }));
  DYNAMIC_SECTION(c.name) {
    TestCluster cluster;
    ApiRequest request = TestCluster::request("GET", c.target);
    request.accept = kProtobufFirst;
    const auto response = std::get<Response>(cluster.ask(request));
    CHECK(response.content_type == c.type);
    const bool protobuf = response.content_type == kProtobufType;
    CHECK(response.body.starts_with(kProtobufMagic) == protobuf);
  }
}

TEST_CASE("a watch in protobuf, whole and broken") {
  TestCluster cluster;
  ApiRequest request = TestCluster::request("GET", "/api/v1/namespaces?watch=true");
  request.accept = kProtobufFirst;
  const auto watch = std::get<std::shared_ptr<Watch>>(cluster.ask(request));
  const auto event = watch->next();
  REQUIRE(event);
  const std::string frame = cluster.api().write_event(*watch, *event);
  CHECK(frame == write_protobuf_event("ADDED", event->object->json()));
  CHECK_THAT(write_stream_head(watch->settings().form),
             Catch::Contains("Content-Type: application/vnd.kubernetes.protobuf;stream=watch"));
  CHECK(broken(frame).size() == frame.size());
  CHECK(broken(frame) != frame);
}

TEST_CASE("a server that knows JSON only") {
  TestCluster cluster;
  CHECK(cluster.call("POST", "/kubesim/faults", R"({"protobuf": false})").status == 200);
  ApiRequest request = TestCluster::request("GET", "/api/v1/services");
  request.accept = kProtobufFirst;
  CHECK(std::get<Response>(cluster.ask(request)).content_type == "application/json");
  request.accept = "application/vnd.kubernetes.protobuf";
  CHECK(std::get<Response>(cluster.ask(request)).status == 406);
}

}  // namespace
}  // namespace catena::kubesim
