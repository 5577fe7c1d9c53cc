// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/model/protobuf.hpp"

#include "cmd/kubesim/test_support.hpp"

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
  Request request = TestCluster::request("POST", "/api/v1/namespaces");
  request.content_type = "application/vnd.kubernetes.protobuf";
  request.body = unknown("v1", "Namespace", bytes(1, bytes(1, "demo")) + bytes(2, ""));
  CHECK(std::get<Response>(cluster.ask(request)).status == 201);
  CHECK(cluster.get("/api/v1/namespaces/demo").at("status.phase").text() == "Active");
}

}  // namespace
}  // namespace catena::kubesim
