// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/objects/json_objects.hpp"

#include "plugins/kubernetes/objects/fields.hpp"
#include "plugins/kubernetes/objects/json_reader.hpp"

#include <fmt/format.h>

#include <charconv>

namespace catena::kubernetes::api {

namespace {

/// A scalar, or the beginning of an object or array, and where it stands.
struct Event {
  const JsonPath& path;
  bool opens;
  JsonKind kind;
  std::string_view text;
  std::string& problem;  ///< The first complaint; empty while there is none.
};

/// The rows of the object at one level of an event's path.
class JsonFields {
 public:
  /// The path has a key at this level.
  JsonFields(const Event& event, std::size_t level)
      : event_(&event),
        level_(level),
        depth_(event.path.depth() - level),
        key_(event.path[level]) {}

  void kind(std::string_view expected) const {
    if (is_value(1) && is({"kind"}) && event_->text != expected) {
      complain("an object of another kind:");
    }
  }

  void text(const Row& row, std::string& target) const {
    if (is_value(1) && is(row) && !event_->text.empty()) take(target);
  }

  void text_or(const Row& row, std::string& target) const {
    if (target.empty()) text(row, target);
  }

  template <class Number>
  void number(const Row& row, Number& target) const {
    if (is_value(1) && is(row)) take(target);
  }

  void flag(const Row& row, bool& target) const {
    if (!is_value(1) || !is(row)) return;
    if (event_->kind != JsonKind::boolean) complain("true or false expected, found");
    target = event_->text == "true";
  }

  void texts(const Row& row, std::vector<std::string>& list) const {
    if (is_value(2) && is(row) && is_element()) take(list.emplace_back());
  }

  template <class Fields>
  void within(const Row& row, Fields&& fields_of) const {
    if (depth_ < 2 || !is(row)) return;
    const JsonFields inner(*event_, level_ + 1);
    fields_of(inner);
  }

  template <class Fields>
  void keyed(const Row& row, Fields&& fields_of) const {
    within(row, fields_of);
  }

  template <class Items, class Fields>
  void each(const Row& row, Items& items, Fields&& fields_of) const {
    if (depth_ < 2 || !is(row) || !is_element()) return;
    if (depth_ == 2 && event_->opens) items.emplace_back();
    if (depth_ == 2 || items.empty()) return;
    const JsonFields inner(*event_, level_ + 2);
    fields_of(inner, items.back());
  }

  template <class Pairs>
  void pairs(const Row& row, Column, Pairs& list) const {
    if (is_value(2) && is(row)) take(list.emplace_back(event_->path[level_ + 1], "").second);
  }

 private:
  bool is_value(std::size_t depth) const { return depth_ == depth && !event_->opens; }
  bool is(const Row& row) const { return key_ == row.json; }
  bool is_element() const { return event_->path[level_ + 1] == JsonPath::kEach; }

  void take(std::string& target) const {
    if (event_->kind != JsonKind::string) return complain("text expected, found");
    target = event_->text;
  }

  template <class Number>
  void take(std::optional<Number>& target) const {
    take(target.emplace());
  }

  template <class Number>
  void take(Number& target) const {
    const char* end = event_->text.data() + event_->text.size();
    const auto read = std::from_chars(event_->text.data(), end, target);
    if (event_->kind != JsonKind::number || read.ec != std::errc{} || read.ptr != end) {
      complain("number out of range");
    }
  }

  void complain(std::string_view what) const {
    event_->problem = fmt::format("{} {}", what, event_->text.substr(0, 40));
  }

  const Event* event_;
  std::size_t level_;
  std::size_t depth_;  ///< How many keys of the path are left, this level's included.
  std::string_view key_;
};

template <class Object>
class Decoder final : public JsonVisitor {
 public:
  bool value(const JsonPath& path, JsonKind kind, std::string_view text) override {
    return take({path, false, kind, text, problem});
  }
  /// Only a new element of a list is worth a look.
  bool open(const JsonPath& path) override {
    const bool in_list = path.depth() != 0 && path[path.depth() - 1] == JsonPath::kEach;
    return !in_list || take({path, true, {}, {}, problem});
  }

  Object object;
  std::string problem;

 private:
  bool take(const Event& event) {
    if (event.path.depth() == 0) return true;
    const JsonFields in(event, 0);
    fields(in, object);
    return problem.empty();
  }
};

}  // namespace

template <class Object>
Result<Object> decode(std::string_view json) {
  Decoder<Object> decoder;
  const auto read = read_json(json, decoder);
  if (!decoder.problem.empty()) return Error{decoder.problem};
  if (!read) return read.error();
  if (!finish(decoder.object)) return Error{"an object without a name"};
  return std::move(decoder.object);
}

template Result<ServiceObject> decode(std::string_view json);
template Result<SliceObject> decode(std::string_view json);
template Result<ImportObject> decode(std::string_view json);
template Result<PodObject> decode(std::string_view json);
template Result<NamespaceObject> decode(std::string_view json);
template Result<StatusObject> decode(std::string_view json);
template Result<BookmarkObject> decode(std::string_view json);
template Result<ListMetadata> decode(std::string_view json);

}  // namespace catena::kubernetes::api
