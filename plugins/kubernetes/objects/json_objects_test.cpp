// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/objects/json_objects.hpp"

#include "plugins/kubernetes/api/testing.hpp"
#include "plugins/kubernetes/objects/json_reader.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

namespace catena::kubernetes::api {

namespace {

template <class Object>
std::string read(std::string_view json) {
  const auto object = decode<Object>(json);
  return object ? testing::show(*object) : object.error().text;
}

}  // namespace

TEST_CASE("Services are decoded") {
  CHECK(read<ServiceObject>(
            R"({"metadata":{"name":"web","namespace":"shop","resourceVersion":"7",
                "labels":{"name":"x"},"managedFields":[{"fieldsV1":{"f:spec":{}}}]},
                "spec":{"type":"LoadBalancer","clusterIP":"10.0.0.1",
                        "clusterIPs":["10.0.0.1","fd00::1"],"externalIPs":["192.0.2.1"],
                        "ports":[{"name":"http","port":80,"targetPort":8080,"protocol":"TCP"},
                                 {"port":53,"protocol":"UDP"},{"port":1}]},
                "status":{"loadBalancer":{"ingress":[{"ip":"192.0.2.2"},{"hostname":"lb.test"},
                                                     {"hostname":"no","ip":"192.0.2.3"}]}}})") ==
        "shop/web@7 LoadBalancer ips [\"10.0.0.1\", \"fd00::1\"] external [\"192.0.2.1\", "
        "\"192.0.2.2\", \"lb.test\", \"192.0.2.3\"]  ports http/TCP/80 /UDP/53 /TCP/1");
  CHECK(read<ServiceObject>(R"({"metadata":{"name":"a","namespace":"b"},
                               "spec":{"clusterIP":"None","clusterIPs":null,"ports":null}})") ==
        "b/a@ ClusterIP ips [\"None\"] external []  ports");
  CHECK(read<ServiceObject>(R"({"metadata":{"name":"a","namespace":"b"},
                               "spec":{"type":"ExternalName","externalName":"x.test"}})") ==
        "b/a@ ExternalName ips [] external [] x.test ports");
  // Empty texts are absent ones: gogo writes them where nothing is set.
  CHECK(read<ServiceObject>(R"({"metadata":{"name":"a","namespace":"b"},
                               "spec":{"type":"","ports":[{"protocol":"","port":1}]},
                               "status":{"loadBalancer":{"ingress":[{"hostname":"lb.test","ip":""},
                                                                    {"hostname":"","ip":""}]}}})") ==
        "b/a@ ClusterIP ips [] external [\"lb.test\"]  ports /TCP/1");
}

TEST_CASE("Slices are decoded, ready endpoints only") {
  CHECK(read<SliceObject>(
            R"({"metadata":{"name":"web-1","namespace":"shop",
                  "labels":{"kubernetes.io/service-name":"web"},
                  "annotations":{"endpoints.kubernetes.io/last-change-trigger-time":"T"}},
                "addressType":"IPv4",
                "endpoints":[
                  {"addresses":["10.0.0.1","10.0.0.2"],"hostname":"h","nodeName":"n","zone":"z",
                   "conditions":{"ready":true},"targetRef":{"kind":"Pod","name":"web-0"}},
                  {"addresses":["10.0.0.3"],"conditions":{"ready":false}},
                  {"addresses":["10.0.0.4"],"conditions":{"serving":false}},
                  {"addresses":["10.0.0.5"],"conditions":{"ready":null}},
                  {"addresses":["10.0.0.6"],"conditions":{"ready":false}}],
                "ports":[{"name":"http","port":80},{"name":"","port":null,"protocol":"SCTP"}]})") ==
        "shop/web-1 of web IPv4 T ports http/TCP/80 /SCTP/any"
        " | [\"10.0.0.1\", \"10.0.0.2\"] h n web-0 z"
        " | [\"10.0.0.4\"]     | [\"10.0.0.5\"]    ");
  const std::string longest(63, 'a');
  const std::string json = R"({{"metadata":{{"name":"s"}},"endpoints":[{{"addresses":["1"],)"
                           R"("targetRef":{{"name":"{}"}}}}]}})";
  CHECK(read<SliceObject>(fmt::format(fmt::runtime(json), longest)).find(longest) !=
        std::string::npos);
  CHECK(read<SliceObject>(fmt::format(fmt::runtime(json), longest + "a")).find('a', 20) ==
        std::string::npos);
}

TEST_CASE("ServiceImports and their slices are decoded") {
  CHECK(read<ImportObject>(
            R"({"apiVersion":"multicluster.x-k8s.io/v1alpha1","kind":"ServiceImport",
                "metadata":{"name":"web","namespace":"shop","resourceVersion":"7"},
                "spec":{"type":"ClusterSetIP","ips":["10.0.0.1","fd00::1"],
                        "ports":[{"name":"http","port":80},{"protocol":"UDP","port":53}]},
                "status":{"clusters":[{"cluster":"east"}]}})") ==
        "shop/web@7 ClusterSetIP ips [\"10.0.0.1\", \"fd00::1\"] ports http/TCP/80 /UDP/53");
  CHECK(read<ImportObject>(R"({"metadata":{"name":"db"},"spec":{"type":"Headless","ips":null}})") ==
        "/db@ Headless ips [] ports");
  CHECK(read<ImportObject>(R"({"metadata":{"name":"x"},"spec":{"ips":[1]}})") ==
        "text expected, found 1");
  CHECK(read<ImportObject>(R"({"spec":{"type":"Headless"}})") == "an object without a name");
  const auto slice = decode<SliceObject>(
      R"({"metadata":{"name":"s","labels":{"multicluster.kubernetes.io/service-name":"web",
          "multicluster.kubernetes.io/source-cluster":"east"}}})");
  REQUIRE(slice.has_value());
  CHECK(slice->import_name == "web");
  CHECK(slice->cluster_id == "east");
  CHECK(slice->service_name.empty());
}

TEST_CASE("Pods, namespaces, statuses and bookmarks are decoded") {
  CHECK(read<PodObject>(R"({"metadata":{"name":"p","namespace":"n","labels":{"app":"x","t":"y"}},
                           "status":{"podIP":"9.9.9.9","podIPs":[{"ip":"10.0.0.1"},{"ip":"fd00::1"}]}})") ==
        "n/p [\"10.0.0.1\", \"fd00::1\"] app=x t=y");
  CHECK(decode<NamespaceObject>(R"({"metadata":{"name":"shop"}})")->metadata.name == "shop");
  const auto status = decode<StatusObject>(
      R"({"kind":"Status","metadata":{"continue":"c"},"message":"m","reason":"r","code":504,
          "details":{"causes":[{"reason":"ResourceVersionTooLarge"}],"retryAfterSeconds":3}})");
  REQUIRE(status.has_value());
  CHECK(status->code == 504);
  CHECK(status->message == "m");
  CHECK(status->causes == std::vector<std::string>{"ResourceVersionTooLarge"});
  const auto end = decode<BookmarkObject>(
      R"({"metadata":{"resourceVersion":"5","annotations":{"k8s.io/initial-events-end":"true"}}})");
  CHECK(end->resource_version == "5");
  CHECK(end->initial_events_end == "true");
  CHECK(decode<BookmarkObject>(R"({"metadata":{}})")->initial_events_end.empty());
  const auto list = decode<ListMetadata>(R"({"resourceVersion":"7","continue":"c","x":{"y":1}})");
  CHECK(list->resource_version == "7");
  CHECK(list->continue_token == "c");
}

TEST_CASE("What is no object is refused") {
  struct Case {
    const char* name;
    std::string json;
    const char* error;
  };
  const Case cases[] = {
      {.name = "no name", .json = "{}", .error = "an object without a name"},
      {.name = "a name that is a number",
       .json = R"({"metadata":{"name":1}})",
       .error = "text expected, found 1"},
      {.name = "a port out of range",
       .json = R"({"metadata":{"name":"a"},"spec":{"ports":[{"port":65536}]}})",
       .error = "number out of range 65536"},
      {.name = "a port of many digits and a wild exponent (CVE-2024-38517)",
       .json =
           R"({"metadata":{"name":"a"},"spec":{"ports":[{"port":1.11111111111111111111e-2147483639}]}})",
       .error = "number out of range 1.11111111111111111111e-2147483639"},
      {.name = "cut short", .json = R"({"metadata":{)", .error = "broken JSON at byte 13"},
      {.name = "something behind it",
       .json = R"({"metadata":{"name":"a"}}x)",
       .error = "broken JSON at byte 25"},
      {.name = "bytes that are not UTF-8",
       .json = "{\"metadata\":{\"name\":\"\xff\"}}",
       .error = "broken JSON at byte 21"},
      {.name = "nested too deep",
       .json =
           "{\"a\":" + std::string(kJsonDepthLimit, '[') + std::string(kJsonDepthLimit, ']') + "}",
       .error = "broken JSON at byte"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) {
      const auto object = decode<ServiceObject>(c.json);
      REQUIRE(!object.has_value());
      CHECK(object.error().text.starts_with(c.error));
    }
  }
}

}  // namespace catena::kubernetes::api
