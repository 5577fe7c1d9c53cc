// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/objects/protobuf_objects.hpp"

#include "plugins/kubernetes/api/json_cutter.hpp"
#include "plugins/kubernetes/api/protobuf_cutter.hpp"
#include "plugins/kubernetes/api/testing.hpp"
#include "plugins/kubernetes/objects/json_objects.hpp"

namespace catena::kubernetes::api {

namespace {

using testing::Message;
using testing::recorded_bytes;
using testing::show;

template <class Object>
std::string read(const Message& message) {
  const auto object = decode_protobuf<Object>(message.text());
  return object ? show(*object) : object.error().text;
}

Message metadata(std::string_view name, std::string_view name_space) {
  return Message().bytes(1, name).bytes(3, name_space).bytes(6, "7");
}

Message entry(std::string_view key, std::string_view value) {
  return Message().bytes(1, key).bytes(2, value);
}

/// Every object of a recorded list in JSON, a line each.
template <class Object>
std::string json_list(const std::string& name) {
  const std::string text = recorded_bytes(name);
  std::string lines;
  JsonCutter cutter(BodyShape::list, [&](PieceKind kind, std::string_view piece) {
    if (kind == PieceKind::element) lines += show(*decode<Object>(piece)) + "\n";
    return true;
  });
  CHECK(cutter.feed(std::string_view(text).substr(text.find('{', text.find("\n---")))).has_value());
  return lines;
}

template <class Object>
std::string protobuf_list(const std::string& name) {
  std::string lines;
  ProtobufCutter cutter(BodyShape::list, [&](PieceKind kind, std::string_view piece) {
    if (kind == PieceKind::element) lines += show(*decode_protobuf<Object>(piece)) + "\n";
    if (kind == PieceKind::list_metadata) {
      CHECK(decode_protobuf<ListMetadata>(piece)->resource_version == "347");
    }
    return true;
  });
  CHECK(cutter.feed(recorded_bytes(name)).has_value());
  CHECK(cutter.finish().has_value());
  return lines;
}

}  // namespace

TEST_CASE("A real API server's objects are the same in both encodings") {
  CHECK(protobuf_list<ServiceObject>("list-services-protobuf.pb") ==
        json_list<ServiceObject>("list-services.http"));
  CHECK(protobuf_list<SliceObject>("list-endpointslices-protobuf.pb") ==
        json_list<SliceObject>("list-endpointslices.http"));
}

TEST_CASE("Services are decoded from protobuf") {
  const Message balancer = Message()
                               .message(1, Message().bytes(1, "192.0.2.2").bytes(2, ""))
                               .message(1, Message().bytes(1, "").bytes(2, "lb.test"))
                               .message(1, Message().bytes(1, "192.0.2.3").bytes(2, "no"));
  const Message spec = Message()
                           .message(1, Message().bytes(1, "http").bytes(2, "TCP").number(3, 80))
                           .message(1, Message().bytes(1, "").bytes(2, "UDP").number(3, 53))
                           .message(1, Message().number(3, 1))
                           .bytes(3, "10.0.0.1")
                           .bytes(4, "LoadBalancer")
                           .bytes(5, "192.0.2.1")
                           .bytes(18, "10.0.0.1")
                           .bytes(18, "fd00::1");
  CHECK(read<ServiceObject>(Message()
                                .message(3, Message().message(1, balancer))
                                .message(1, metadata("web", "shop").message(11, entry("name", "x")))
                                .message(2, spec)) ==
        "shop/web@7 LoadBalancer ips [\"10.0.0.1\", \"fd00::1\"] external [\"192.0.2.1\", "
        "\"192.0.2.2\", \"lb.test\", \"192.0.2.3\"]  ports http/TCP/80 /UDP/53 /TCP/1");
  CHECK(read<ServiceObject>(Message()
                                .message(1, metadata("a", "b"))
                                .message(2, Message().bytes(3, "None").bytes(4, ""))) ==
        "b/a@7 ClusterIP ips [\"None\"] external []  ports");
  CHECK(read<ServiceObject>(
            Message()
                .message(1, metadata("a", "b"))
                .message(2, Message().bytes(4, "ExternalName").bytes(10, "x.test"))) ==
        "b/a@7 ExternalName ips [] external [] x.test ports");
}

TEST_CASE("Slices are decoded from protobuf, ready endpoints only") {
  const auto endpoint = [](std::string_view address, const Message& conditions) {
    return Message().bytes(1, address).message(2, conditions);
  };
  const Message first = Message()
                            .bytes(1, "10.0.0.1")
                            .bytes(1, "10.0.0.2")
                            .message(2, Message().number(1, 1))
                            .bytes(3, "h")
                            .message(4, Message().bytes(1, "Pod").bytes(3, "web-0"))
                            .bytes(6, "n")
                            .bytes(7, "z");
  const Message about =
      metadata("web-1", "shop")
          .message(11, entry("kubernetes.io/service-name", "web"))
          .message(12, entry("endpoints.kubernetes.io/last-change-trigger-time", "T"));
  CHECK(read<SliceObject>(Message()
                              .message(1, about)
                              .message(2, first)
                              .message(2, endpoint("10.0.0.3", Message().number(1, 0)))
                              .message(2, endpoint("10.0.0.4", Message().number(2, 0)))
                              .message(2, Message().bytes(1, "10.0.0.5"))
                              .message(3, Message().bytes(1, "http").number(3, 80))
                              .message(3, Message().bytes(1, "").bytes(2, "SCTP"))
                              .bytes(4, "IPv4")) ==
        "shop/web-1 of web IPv4 T ports http/TCP/80 /SCTP/any"
        " | [\"10.0.0.1\", \"10.0.0.2\"] h n web-0 z"
        " | [\"10.0.0.4\"]     | [\"10.0.0.5\"]    ");
  const std::string longest(63, 'a');
  for (const bool fits : {true, false}) {
    const Message target = Message().bytes(3, fits ? longest : longest + "a");
    const auto slice = decode_protobuf<SliceObject>(
        Message().message(1, about).message(2, Message().message(4, target)).text());
    CHECK(slice->endpoints.at(0).target_name == (fits ? longest : ""));
  }
}

TEST_CASE("A slice is read into another's memory, and nothing of that stays") {
  const auto endpoint = [](std::string_view address) { return Message().bytes(1, address); };
  const Message large =
      Message()
          .message(1, metadata("a", "n").message(11, entry("kubernetes.io/service-name", "web")))
          .message(2, endpoint("10.0.0.1").bytes(1, "10.0.0.2").bytes(3, "h").bytes(7, "z"))
          .message(2, endpoint("10.0.0.3"))
          .message(3, Message().bytes(1, "http").number(3, 80));
  const Message small = Message()
                            .message(1, metadata("b", "n"))
                            .message(2, endpoint("10.0.0.9").message(2, Message().number(1, 0)))
                            .message(2, endpoint("10.0.0.4"));
  SliceObject object;
  for (const Message& message : {large, small, large, small}) {
    REQUIRE(read_protobuf(message.text(), object).has_value());
    CHECK(show(object) == read<SliceObject>(message));
  }
  CHECK(show(object) == "n/b of    ports | [\"10.0.0.4\"]    ");
  CHECK(!read_protobuf("\x0a\x7f", object).has_value());
  REQUIRE(read_protobuf(small.text(), object).has_value());
  CHECK(show(object) == read<SliceObject>(small));
}

TEST_CASE("Pods, namespaces, statuses and bookmarks are decoded from protobuf") {
  const Message pod_status = Message()
                                 .bytes(6, "9.9.9.9")
                                 .message(12, Message().bytes(1, "10.0.0.1"))
                                 .message(12, Message().bytes(1, "fd00::1"));
  CHECK(read<PodObject>(Message()
                            .message(1, metadata("p", "n")
                                            .message(11, entry("app", "x"))
                                            .message(11, entry("t", "y"))
                                            .message(12, entry("a", "b")))
                            .message(3, pod_status)) ==
        "n/p [\"10.0.0.1\", \"fd00::1\"] app=x t=y");
  const Message name_space = Message().message(1, metadata("shop", ""));
  CHECK(decode_protobuf<NamespaceObject>(name_space.text())->metadata.name == "shop");
  const Message details =
      Message().message(4, Message().bytes(1, "ResourceVersionTooLarge")).number(5, 3);
  const auto status = decode_protobuf<StatusObject>(Message()
                                                        .message(1, Message().bytes(3, "c"))
                                                        .bytes(3, "m")
                                                        .bytes(4, "r")
                                                        .message(5, details)
                                                        .number(6, 504)
                                                        .text());
  REQUIRE(status.has_value());
  CHECK(status->code == 504);
  CHECK(status->message == "m");
  CHECK(status->causes == std::vector<std::string>{"ResourceVersionTooLarge"});
  const Message bookmark = Message().message(
      1, metadata("", "").message(12, entry("k8s.io/initial-events-end", "true")));
  CHECK(decode_protobuf<BookmarkObject>(bookmark.text())->resource_version == "7");
  CHECK(decode_protobuf<BookmarkObject>(bookmark.text())->initial_events_end == "true");
  CHECK(decode_protobuf<BookmarkObject>("")->initial_events_end.empty());
  const auto list = decode_protobuf<ListMetadata>(Message().bytes(2, "7").bytes(3, "c").text());
  CHECK(list->resource_version == "7");
  CHECK(list->continue_token == "c");
}

TEST_CASE("What is no object in protobuf is refused") {
  const auto service = [](const Message& spec) {
    return Message().message(1, metadata("a", "b")).message(2, spec);
  };
  CHECK(read<ServiceObject>(Message()) == "an object without a name");
  CHECK(read<ServiceObject>(service(Message().raw("\x0a\x7f"))) == "broken protobuf");
  CHECK(read<ServiceObject>(service(Message().raw("\x0b"))) == "broken protobuf");
  CHECK(read<ServiceObject>(service(Message().message(1, Message().number(3, 65536)))) ==
        "broken protobuf");
  // A port that is text has no number.
  CHECK(read<ServiceObject>(service(Message().message(1, Message().bytes(3, "x")))) ==
        "b/a@7 ClusterIP ips [] external []  ports /TCP/0");
  CHECK(read<ImportObject>(service(Message().bytes(4, "Headless"))) == "an object without a name");
}

}  // namespace catena::kubernetes::api
