// SPDX-License-Identifier: Apache-2.0
// For tests of this plugin only: objects as one line of text, recorded bytes, protobuf by hand.
#pragma once

#include "plugins/kubernetes/objects/objects.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

namespace catena::kubernetes::api::testing {

inline std::string show(const std::vector<Port>& ports) {
  std::string text;
  for (const Port& port : ports) {
    text += fmt::format(" {}/{}/{}", port.name, port.protocol,
                        port.number ? std::to_string(*port.number) : "any");
  }
  return text;
}

inline std::string show(const ServiceObject& o) {
  std::vector<std::string> outside = o.external_ips;
  outside.insert(outside.end(), o.balancers.begin(), o.balancers.end());
  return fmt::format("{}/{}@{} {} ips {} external {} {} ports{}", o.metadata.name_space,
                     o.metadata.name, o.metadata.resource_version, o.type, o.cluster_ips, outside,
                     o.external_name, show(o.ports));
}

inline std::string show(const SliceObject& o) {
  std::string text =
      fmt::format("{}/{} of {} {} {} ports{}", o.metadata.name_space, o.metadata.name,
                  o.service_name, o.address_type, o.last_change_trigger_time, show(o.ports));
  for (const Endpoint& e : o.endpoints) {
    text += fmt::format(" | {} {} {} {} {}", e.addresses, e.hostname, e.node_name, e.target_name,
                        e.zone);
  }
  return text;
}

inline std::string show(const ImportObject& o) {
  return fmt::format("{}/{}@{} {} ips {} ports{}", o.metadata.name_space, o.metadata.name,
                     o.metadata.resource_version, o.type, o.ips, show(o.ports));
}

inline std::string show(const PodObject& o) {
  std::string text = fmt::format("{}/{} {}", o.metadata.name_space, o.metadata.name, o.pod_ips);
  for (const auto& [key, value] : o.labels) text += fmt::format(" {}={}", key, value);
  return text;
}

/// The bytes of a file of testdata.
inline std::string recorded_bytes(const std::string& name) {
  std::ifstream file(std::string(CATENA_SOURCE_DIR) + "/plugins/kubernetes/api/testdata/" + name,
                     std::ios::binary);
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

/// A protobuf message, written field by field without any library.
class Message {
 public:
  Message& number(std::uint32_t field, std::uint64_t value) {
    varint(field << 3U);
    varint(value);
    return *this;
  }
  Message& bytes(std::uint32_t field, std::string_view value) {
    varint(field << 3U | 2U);
    varint(value.size());
    text_.append(value);
    return *this;
  }
  Message& message(std::uint32_t field, const Message& value) { return bytes(field, value.text_); }
  /// Any bytes at all.
  Message& raw(std::string_view bytes) {
    text_.append(bytes);
    return *this;
  }
  const std::string& text() const { return text_; }

 private:
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7U) text_ += static_cast<char>(value | 0x80U);
    text_ += static_cast<char>(value);
  }
  std::string text_;
};

/// A whole document, as it is the body of a list or the object of an event.
inline std::string envelope(const Message& object) {
  const Message type = Message().bytes(1, "v1").bytes(2, "Thing");
  return std::string("k8s\0", 4) +
         Message().message(1, type).message(2, object).bytes(3, "").bytes(4, "").text();
}

/// A frame of a watch.
inline std::string frame(std::string_view event) {
  std::string length;
  for (int shift = 24; shift >= 0; shift -= 8) length += static_cast<char>(event.size() >> shift);
  return length + std::string(event);
}

inline std::string event(std::string_view type, const Message& object) {
  const Message raw = Message().bytes(1, envelope(object));
  return frame(Message().bytes(1, type).message(2, raw).text());
}

}  // namespace catena::kubernetes::api::testing
