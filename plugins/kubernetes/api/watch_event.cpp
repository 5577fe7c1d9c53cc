// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/api/watch_event.hpp"

#include "core/base/protobuf_fields.hpp"

#include "plugins/kubernetes/api/protobuf_cutter.hpp"

#include <cstddef>

namespace catena::kubernetes::api {

namespace {

/// The index behind the string that starts at `at`, or npos.
std::size_t end_of_string(std::string_view json, std::size_t at) {
  for (++at; at < json.size(); ++at) {
    if (json[at] == '\\') {
      ++at;
    } else if (json[at] == '"') {
      return at + 1;
    }
  }
  return std::string_view::npos;
}

/// The index behind the object or array that starts at `at`, or npos.
std::size_t end_of_brackets(std::string_view json, std::size_t at) {
  std::size_t depth = 0;
  while (at < json.size()) {
    const char c = json[at];
    if (c == '"') {
      at = end_of_string(json, at);
      continue;
    }
    ++at;
    if (c == '{' || c == '[') ++depth;
    if ((c == '}' || c == ']') && --depth == 0) return at;
  }
  return std::string_view::npos;
}

/// Keys come before a colon; anything else at this level is a value.
class EventScanner {
 public:
  explicit EventScanner(std::string_view json) : json_(json) {}

  Result<WatchEvent> scan() {
    std::size_t at = json_.find('{');
    for (at = at == std::string_view::npos ? json_.size() : at + 1; at < json_.size();) {
      const std::size_t end = token_end(at);
      if (end == std::string_view::npos) return Error{"an event that is cut short"};
      use(json_.substr(at, end - at));
      at = end;
    }
    if (event_.type.empty() || event_.object.empty()) {
      return Error{"an event without a type or an object"};
    }
    return event_;
  }

 private:
  std::size_t token_end(std::size_t at) const {
    if (json_[at] == '"') return end_of_string(json_, at);
    if (json_[at] == '{' || json_[at] == '[') return end_of_brackets(json_, at);
    return at + 1;
  }

  void use(std::string_view token) {
    if (token == ":") {
      value_comes_ = true;
    } else if (token == ",") {
      value_comes_ = false;
    } else if (token.front() == '"') {
      const std::string_view text = token.substr(1, token.size() - 2);
      if (!value_comes_) key_ = text;
      if (value_comes_ && key_ == "type") event_.type = text;
    } else if (token.front() == '{' && value_comes_ && key_ == "object") {
      event_.object = token;
    }
  }

  std::string_view json_;
  std::string_view key_;
  bool value_comes_ = false;
  WatchEvent event_;
};

/// The field `wanted` of a message that is read for nothing else; empty when it is not there.
bool read_only(std::string_view message, std::uint32_t wanted, std::string_view& bytes) {
  return each_field(message, [&](const ProtobufField& field) {
    if (field.number == wanted) bytes = field.bytes;
    return true;
  });
}

}  // namespace

Result<WatchEvent> split_event(std::string_view json) { return EventScanner(json).scan(); }

Result<std::string_view> open_envelope(std::string_view bytes) {
  std::string_view message;
  if (!bytes.starts_with(kMagic) || !read_only(bytes.substr(kMagic.size()), 2, message)) {
    return Error{"broken protobuf"};
  }
  return message;
}

Result<WatchEvent> split_protobuf_event(std::string_view frame) {
  WatchEvent event;
  std::string_view raw;
  const bool good = each_field(frame, [&](const ProtobufField& field) {
    if (field.number == 1) event.type = field.bytes;
    return field.number != 2 || read_only(field.bytes, 1, raw);
  });
  if (!good) return Error{"broken protobuf"};
  if (event.type.empty() || raw.empty()) return Error{"an event without a type or an object"};
  const auto object = open_envelope(raw);
  if (!object) return object.error();
  event.object = *object;
  return event;
}

}  // namespace catena::kubernetes::api
