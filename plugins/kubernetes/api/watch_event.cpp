// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/api/watch_event.hpp"

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

}  // namespace

Result<WatchEvent> split_event(std::string_view json) { return EventScanner(json).scan(); }

}  // namespace catena::kubernetes::api
