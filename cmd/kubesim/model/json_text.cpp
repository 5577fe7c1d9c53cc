// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/model/json.hpp"

#include <fmt/format.h>
#include <rapidjson/error/en.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/reader.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace catena::kubesim {
namespace {

/// Builds the tree from RapidJSON's events. The reader recurses once a level, so refusing a level
/// bounds its stack too.
class Builder : public rapidjson::BaseReaderHandler<rapidjson::UTF8<>, Builder> {
 public:
  bool Null() { return add(Json()); }
  bool Bool(bool value) { return add(Json(value)); }
  bool RawNumber(const char* text, rapidjson::SizeType length, bool) {
    return add(Json(Json::Number{std::string(text, length)}));
  }
  bool String(const char* text, rapidjson::SizeType length, bool) {
    return add(Json(std::string(text, length)));
  }
  bool Key(const char* text, rapidjson::SizeType length, bool) {
    names_.back().assign(text, length);
    return true;
  }
  bool StartObject() { return open(Json(Json::Object())); }
  bool StartArray() { return open(Json(Json::Array())); }
  bool EndObject(rapidjson::SizeType) { return close(); }
  bool EndArray(rapidjson::SizeType) { return close(); }

  [[nodiscard]] bool too_deep() const { return too_deep_; }
  Json take() { return std::move(root_); }

 private:
  bool open(Json value) {
    too_deep_ = open_.size() >= kMaximumJsonDepth;
    if (too_deep_) return false;
    open_.push_back(std::move(value));
    names_.emplace_back();
    return true;
  }

  bool close() {
    Json value = std::move(open_.back());
    open_.pop_back();
    names_.pop_back();
    return add(std::move(value));
  }

  bool add(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (open_.back().is_array()) {
      open_.back().push(std::move(value));
    } else {
      add_member(std::move(value));
    }
    return true;
  }

  /// The last of several members of one name wins, as with Go's decoder.
  void add_member(Json value) {
    Json& parent = open_.back();
    if (parent.size() < kSearchedMembers) {
      parent.set(names_.back(), std::move(value));
    } else {
      parent.fields().push_back({names_.back(), std::move(value)});
    }
  }

  /// Beyond this many members a duplicate is not looked for, so that reading stays linear.
  static constexpr std::size_t kSearchedMembers = 256;

  Json root_;
  std::vector<Json> open_;
  std::vector<std::string> names_;
  bool too_deep_ = false;
};

template <class Writer>
void write_to(Writer& writer, const Json& value) {
  const auto put = [&](std::string_view text) {
    writer.String(text.data(), static_cast<rapidjson::SizeType>(text.size()));
  };
  if (value.is_object()) {
    writer.StartObject();
    for (const JsonMember& member : value.members()) {
      put(member.name);
      write_to(writer, member.value);
    }
    writer.EndObject();
  } else if (value.is_array()) {
    writer.StartArray();
    for (const Json& element : value.items()) write_to(writer, element);
    writer.EndArray();
  } else if (value.is_string()) {
    put(value.text());
  } else if (value.is_number()) {
    writer.RawValue(value.digits().data(), value.digits().size(), rapidjson::kNumberType);
  } else if (value.is_bool()) {
    writer.Bool(value.boolean());
  } else {
    writer.Null();
  }
}

}  // namespace

boost::system::result<Json, JsonError> parse_json(std::string_view text) {
  constexpr unsigned kFlags =
      rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseValidateEncodingFlag;
  const std::string owned(text);
  rapidjson::StringStream stream(owned.c_str());
  rapidjson::Reader reader;
  Builder builder;
  const rapidjson::ParseResult read = reader.Parse<kFlags>(stream, builder);
  if (builder.too_deep()) {
    return JsonError{fmt::format("nested deeper than {} levels", kMaximumJsonDepth)};
  }
  if (read.IsError()) {
    return JsonError{
        fmt::format("{} at byte {}", rapidjson::GetParseError_En(read.Code()), read.Offset())};
  }
  if (stream.Tell() != owned.size()) return JsonError{"a zero byte in the text"};
  return builder.take();
}

std::string Json::write() const {
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  write_to(writer, *this);
  return {buffer.GetString(), buffer.GetSize()};
}

std::string Json::write_pretty() const {
  rapidjson::StringBuffer buffer;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(buffer);
  writer.SetIndent(' ', 2);
  write_to(writer, *this);
  return {buffer.GetString(), buffer.GetSize()};
}

}  // namespace catena::kubesim
