// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/api/reflector.hpp"
#include "plugins/kubernetes/api/testing.hpp"
#include "test/support/log_lines.hpp"

namespace catena::kubernetes::api {

namespace {

using testing::envelope;
using testing::event;
using testing::Message;
using testing::recorded_bytes;

constexpr const char* kProtobuf = "application/vnd.kubernetes.protobuf";
constexpr const char* kJson = "application/json";

/// The slices' names and Services, as they come.
class Slices final : public Sink<SliceObject> {
 public:
  void begin_replace() override {}
  void upsert(SliceObject&& slice) override {
    text += fmt::format("{}/{} of {}\n", slice.metadata.name_space, slice.metadata.name,
                        slice.service_name);
  }
  void remove(std::string_view name_space, std::string_view name) override {
    text += fmt::format("not {}/{}\n", name_space, name);
  }
  void commit_replace() override { text += ".\n"; }
  std::string text;
};

struct Dialogue {
  catena::test::LogLines lines{LogLevel::info};
  ManualClock clock;
  Slices slices;
  DecodingSink<SliceObject> sink{slices};
  Reflector reflector{
      {"endpointslices", "/slices", {}, {}}, sink, Log(lines), clock, [] { return 0.0; }};

  NextStep next() { return reflector.next(); }
  void head(int status, std::string type) {
    http::ResponseHead head;
    head.status = status;
    head.fields = {{"Content-Type", std::move(type)}};
    reflector.head(head);
  }
  void answer(int status, std::string type, std::string_view body, std::size_t chunk = 1000000) {
    static_cast<void>(next());
    head(status, std::move(type));
    for (; !body.empty(); body.remove_prefix(std::min(chunk, body.size()))) {
      if (!reflector.body(body.substr(0, chunk))) return;
    }
    reflector.end();
  }
};

Message slice(std::string_view name) {
  const Message service = Message().bytes(1, "kubernetes.io/service-name").bytes(2, "web");
  return Message().message(
      1, Message().bytes(1, name).bytes(3, "n").bytes(6, "7").message(11, service));
}

Message end_of_state() {
  const Message mark = Message().bytes(1, "k8s.io/initial-events-end").bytes(2, "true");
  return Message().message(1, Message().bytes(6, "9").message(12, mark));
}

}  // namespace

TEST_CASE("Protobuf is asked for, and JSON where there is none") {
  Dialogue d;
  CHECK(d.next().accept == "application/vnd.kubernetes.protobuf, application/json");
  d.answer(200, kJson,
           R"({"type":"ADDED","object":{"metadata":{"name":"a","namespace":"n"}}})"
           R"({"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"5",
               "annotations":{"k8s.io/initial-events-end":"true"}}}})");
  CHECK(d.slices.text == "n/a of \n.\n");
}

TEST_CASE("A stream of protobuf becomes a watch") {
  Dialogue d;
  static_cast<void>(d.next());
  d.head(200, std::string(kProtobuf) + ";stream=watch");
  CHECK(d.reflector.body(event("ADDED", slice("a")) + event("ADDED", slice("b"))));
  CHECK(!d.reflector.synced());
  CHECK(d.reflector.body(event("BOOKMARK", end_of_state())));
  CHECK(d.reflector.synced());
  CHECK(d.reflector.body(event("DELETED", slice("a"))));
  CHECK(d.slices.text == "n/a of web\nn/b of web\n.\nnot n/a\n");
  d.reflector.end();
  CHECK(d.next().target.find("resourceVersion=7&") != std::string::npos);
}

TEST_CASE("Pages of protobuf are read") {
  Dialogue d;
  d.answer(422, kJson, "");
  const Message first = Message().bytes(2, "9").bytes(3, "t");
  d.answer(200, kProtobuf, envelope(Message().message(1, first).message(2, slice("a"))));
  CHECK(d.next().target == "/slices?limit=500&continue=t");
  const Message last = Message().bytes(2, "9");
  d.answer(200, kProtobuf, envelope(Message().message(1, last).message(2, slice("b"))));
  CHECK(d.slices.text == "n/a of web\nn/b of web\n.\n");
}

TEST_CASE("A server that knows no choice is asked for JSON from then on") {
  Dialogue d;
  const NextStep first = d.next();
  const std::string recorded = recorded_bytes("406-not-acceptable.http");
  const std::string body = recorded.substr(recorded.find("\n{"));
  d.answer(406, kJson, body);
  const NextStep second = d.next();
  CHECK(second.target == first.target);
  CHECK(second.accept == kJson);
  CHECK(d.lines.text().empty());
  d.answer(406, kJson, body);
  CHECK(d.next().target == "/slices?limit=500&resourceVersion=0");
}

TEST_CASE("A refusal in protobuf is said in the server's words") {
  Dialogue d;
  d.answer(403, kProtobuf, envelope(Message().bytes(3, "may not watch").number(6, 403)));
  CHECK(d.lines.text().find("HTTP 403: may not watch;") != std::string::npos);
}

TEST_CASE("Broken protobuf is backed off") {
  Dialogue d;
  d.answer(200, kProtobuf, testing::frame("\x0a\x7f"));
  CHECK(d.lines.text().find("cannot be used: broken protobuf") != std::string::npos);
  CHECK(d.next().wait == std::chrono::milliseconds(800));
}

TEST_CASE("An event of an impossible length is no reason to wait for its end") {
  Dialogue d;
  d.answer(200, kProtobuf, "}]\x01garbage{[");
  CHECK(d.lines.text().find("cannot be used: an event of an impossible length") !=
        std::string::npos);
}

TEST_CASE("What a real API server said in protobuf is understood, in chunks of any size") {
  for (const std::size_t chunk : {1UL, 100UL, 100000UL}) {
    Dialogue d;
    const std::string whole = recorded_bytes("watch-list-protobuf.pb");
    static_cast<void>(d.next());
    d.head(200, kProtobuf);
    for (std::string_view rest = whole; !rest.empty();) {
      CHECK(d.reflector.body(rest.substr(0, chunk)));
      rest.remove_prefix(std::min(chunk, rest.size()));
    }
    CHECK(d.reflector.synced());
    CHECK(std::count(d.slices.text.begin(), d.slices.text.end(), '\n') == 6);
    CHECK(d.slices.text.find("kube-system/kube-dns-8298c of kube-dns\n") != std::string::npos);
    CHECK_FALSE(d.reflector.body(recorded_bytes("410-watch-list-protobuf.pb")));
    CHECK(d.lines.text() ==
          "[INFO] endpointslices: the last version seen has expired, listing again\n");
  }
}

}  // namespace catena::kubernetes::api
