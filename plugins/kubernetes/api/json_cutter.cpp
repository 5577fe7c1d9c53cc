// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/api/json_cutter.hpp"

namespace catena::kubernetes::api {

namespace {

constexpr std::size_t kKeyLimit = 64;
constexpr std::size_t kStartKept = 512;

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

}  // namespace

JsonCutter::JsonCutter(BodyShape shape, Take take, std::size_t limit)
    : shape_(shape), take_(std::move(take)), limit_(limit) {}

Result<void> JsonCutter::feed(std::string_view chunk) {
  if (!error_.empty()) return Error{std::string(error_)};
  chunk_ = chunk;
  start_ = 0;
  for (std::size_t at = 0; at < chunk.size(); ++at) {
    const char c = chunk[at];
    const bool good = in_string_ ? in_string(c) : outside_string(c, at);
    if (!good) return Error{std::string(error_)};
  }
  if (cutting_) keep(chunk.substr(start_));
  return {};
}

Result<void> JsonCutter::finish() const {
  if (!error_.empty()) return Error{std::string(error_)};
  if (depth_ != 0) return Error{"the body was cut short"};
  if (shape_ == BodyShape::list && !root_seen_) return Error{"the body is empty"};
  return {};
}

bool JsonCutter::in_string(char c) {
  if (escaped_) {
    escaped_ = false;
  } else if (c == '\\') {
    escaped_ = true;
  } else if (c == '"') {
    in_string_ = false;
    in_key_ = false;
    return true;
  }
  if (in_key_ && key_.size() < kKeyLimit) key_.push_back(c);
  return true;
}

bool JsonCutter::outside_string(char c, std::size_t at) {
  switch (c) {
    case '"':
      if (depth_ == 0 || (in_items_ && !cutting_)) return fail("text where an object should be");
      in_string_ = true;
      if (depth_ == 1 && key_comes_ && !cutting_) {
        in_key_ = true;
        key_.clear();
      }
      return true;
    case '{':
    case '[':
      return open_bracket(c, at);
    case '}':
    case ']':
      return close_bracket(c, at);
    default:
      return cutting_ || root_byte(c);
  }
}

/// A byte around the pieces that is no bracket and no quote.
bool JsonCutter::root_byte(char c) {
  if (is_space(c)) return true;
  if (depth_ == 0) return fail("the body is not JSON");
  if (in_items_ && c != ',') return fail("an item that is no object");
  if (depth_ != 1) return true;
  if (c == ',') key_comes_ = true;
  if (c == ':') key_comes_ = false;
  return true;
}

bool JsonCutter::open_bracket(char c, std::size_t at) {
  if (!cutting_) {
    const bool object = c == '{';
    if (depth_ == 0) {
      if (!object) return fail("the body is not a JSON object");
      if (shape_ == BodyShape::stream) return begin_piece(PieceKind::element, at);
      if (root_seen_) return fail("something follows the list");
      root_seen_ = true;
      key_comes_ = true;
    } else if (in_items_) {
      if (!object) return fail("an item that is no object");
      return begin_piece(PieceKind::element, at);
    } else if (depth_ == 1) {
      if (object && key_ == "metadata") return begin_piece(PieceKind::list_metadata, at);
      in_items_ = !object && key_ == "items";
    }
  }
  ++depth_;
  return true;
}

bool JsonCutter::close_bracket(char c, std::size_t at) {
  if (depth_ == 0) return fail("the body is not JSON");
  --depth_;
  if (cutting_) return depth_ != outer_depth_ || end_piece(at + 1);
  if ((in_items_ && c != ']') || (depth_ == 0 && c != '}'))
    return fail("brackets that do not match");
  in_items_ = false;
  return true;
}

bool JsonCutter::begin_piece(PieceKind kind, std::size_t at) {
  cutting_ = true;
  too_long_ = false;
  kind_ = kind;
  outer_depth_ = depth_++;
  start_ = at;
  held_.clear();
  return true;
}

bool JsonCutter::end_piece(std::size_t end) {
  cutting_ = false;
  const std::string_view part = chunk_.substr(start_, end - start_);
  if (!too_long_ && held_.size() + part.size() > limit_) too_long(part);
  if (too_long_) {
    ++skipped_;
    return true;
  }
  if (!held_.empty()) held_.append(part);
  if (!take_(kind_, held_.empty() ? part : std::string_view(held_))) return fail("not wanted");
  return true;
}

void JsonCutter::keep(std::string_view part) {
  if (too_long_) return;
  if (held_.size() + part.size() > limit_) return too_long(part);
  held_.append(part);
}

void JsonCutter::too_long(std::string_view part) {
  too_long_ = true;
  start_of_skipped_ = held_.substr(0, kStartKept);
  start_of_skipped_ += part.substr(0, kStartKept - start_of_skipped_.size());
  held_ = {};
}

bool JsonCutter::fail(std::string_view text) {
  error_ = text;
  return false;
}

}  // namespace catena::kubernetes::api
