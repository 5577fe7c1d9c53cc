// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/model/json.hpp"

#include <algorithm>
#include <charconv>

namespace catena::kubesim {
namespace {

const Json kNull;
const Json::Array kNoItems;
const Json::Object kNoMembers;

}  // namespace

Json::Json() : value_(nullptr) {}
Json::Json(std::nullptr_t) : value_(nullptr) {}
Json::Json(bool value) : value_(value) {}
Json::Json(int value) : value_(Number{std::to_string(value)}) {}
Json::Json(std::int64_t value) : value_(Number{std::to_string(value)}) {}
Json::Json(std::uint64_t value) : value_(Number{std::to_string(value)}) {}
Json::Json(const char* value) : value_(std::string(value)) {}
Json::Json(std::string_view value) : value_(std::string(value)) {}
Json::Json(std::string value) : value_(std::move(value)) {}
Json::Json(Number value) : value_(std::move(value)) {}
Json::Json(Array value) : value_(std::move(value)) {}
Json::Json(Object value) : value_(std::move(value)) {}
Json::Json(const Json& other) = default;
Json::Json(Json&& other) noexcept = default;
Json& Json::operator=(const Json& other) = default;
Json& Json::operator=(Json&& other) noexcept = default;
Json::~Json() = default;

bool Json::is_null() const { return std::holds_alternative<std::nullptr_t>(value_); }
bool Json::is_string() const { return std::holds_alternative<std::string>(value_); }
bool Json::is_number() const { return std::holds_alternative<Number>(value_); }
bool Json::is_bool() const { return std::holds_alternative<bool>(value_); }
bool Json::is_array() const { return std::holds_alternative<Array>(value_); }
bool Json::is_object() const { return std::holds_alternative<Object>(value_); }

std::string_view Json::text() const {
  const auto* found = std::get_if<std::string>(&value_);
  return found ? std::string_view(*found) : std::string_view();
}

std::string_view Json::digits() const {
  const auto* found = std::get_if<Number>(&value_);
  return found ? std::string_view(found->text) : std::string_view();
}

std::string Json::scalar() const {
  if (is_bool()) return boolean() ? "true" : "false";
  return std::string(is_number() ? digits() : text());
}

std::int64_t Json::integer(std::int64_t otherwise) const {
  const std::string_view written = digits();
  std::int64_t value = 0;
  const auto read = std::from_chars(written.data(), written.data() + written.size(), value);
  return !written.empty() && read.ec == std::errc() ? value : otherwise;
}

bool Json::boolean(bool otherwise) const {
  const auto* found = std::get_if<bool>(&value_);
  return found ? *found : otherwise;
}

const Json::Array& Json::items() const {
  const auto* found = std::get_if<Array>(&value_);
  return found ? *found : kNoItems;
}

const Json::Object& Json::members() const {
  const auto* found = std::get_if<Object>(&value_);
  return found ? *found : kNoMembers;
}

std::size_t Json::size() const { return is_array() ? items().size() : members().size(); }

const Json* Json::find(std::string_view name) const {
  for (const JsonMember& member : members()) {
    if (member.name == name) return &member.value;
  }
  return nullptr;
}

const Json& Json::operator[](std::string_view name) const {
  const Json* found = find(name);
  return found ? *found : kNull;
}

const Json& Json::at(std::string_view path) const {
  const Json* value = this;
  while (!path.empty()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    value = &(*value)[path.substr(0, dot)];
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return *value;
}

Json& Json::member(std::string_view name) {
  Object& all = fields();
  for (JsonMember& candidate : all) {
    if (candidate.name == name) return candidate.value;
  }
  all.push_back({std::string(name), Json()});
  return all.back().value;
}

Json& Json::set(std::string_view name, Json value) {
  member(name) = std::move(value);
  return *this;
}

void Json::erase(std::string_view name) {
  if (is_object()) std::erase_if(fields(), [&](const JsonMember& m) { return m.name == name; });
}

void Json::push(Json value) { elements().push_back(std::move(value)); }

Json::Array& Json::elements() {
  if (!is_array()) value_ = Array();
  return std::get<Array>(value_);
}

Json::Object& Json::fields() {
  if (!is_object()) value_ = Object();
  return std::get<Object>(value_);
}

bool Json::operator==(const Json& other) const { return value_ == other.value_; }

Json object(std::initializer_list<std::pair<std::string_view, Json>> members) {
  Json::Object result;
  result.reserve(members.size());
  for (const auto& [name, value] : members) result.push_back({std::string(name), value});
  return Json(std::move(result));
}

Json array(std::initializer_list<Json> elements) { return Json(Json::Array(elements)); }

}  // namespace catena::kubesim
