// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/api/watch_event.hpp"

#include "plugins/kubernetes/api/testing.hpp"

namespace catena::kubernetes::api {

using testing::Message;

TEST_CASE("A watch event in protobuf is split") {
  const auto split = [](const std::string& frame) {
    const auto event = split_protobuf_event(frame);
    if (!event) return event.error().text;
    return std::string(event->type) + " " + std::string(event->object);
  };
  const Message object = Message().bytes(1, "x");
  CHECK(split(testing::event("ADDED", object).substr(4)) == "ADDED " + object.text());
  CHECK(split(testing::event("", object).substr(4)) == "an event without a type or an object");
  CHECK(split(Message().bytes(1, "ADDED").text()) == "an event without a type or an object");
  CHECK(split("\x0a\x05"
              "AD") == "broken protobuf");
  CHECK(split(Message().bytes(1, "ADDED").message(2, Message().bytes(1, "{}")).text()) ==
        "broken protobuf");
}

}  // namespace catena::kubernetes::api
