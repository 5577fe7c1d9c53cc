// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/objects/json_reader.hpp"

// RapidJSON must not end the process over what a network sent.
#define RAPIDJSON_ASSERT(condition) (static_cast<void>(sizeof(condition)))
#include <fmt/format.h>
#include <rapidjson/encodedstream.h>
#include <rapidjson/error/en.h>
#include <rapidjson/memorystream.h>
#include <rapidjson/reader.h>

namespace catena::kubernetes::api {

bool JsonPath::is(std::initializer_list<std::string_view> keys) const {
  if (keys.size() != depth()) return false;
  // The last key differs most often.
  for (std::size_t level = depth(); level-- > 0;) {
    if ((*this)[level] != keys.begin()[level]) return false;
  }
  return true;
}

void JsonPath::push(std::string_view key) {
  text_.append(key);
  ends_.push_back(text_.size());
}

void JsonPath::pop() {
  ends_.pop_back();
  text_.resize(ends_.empty() ? 0 : ends_.back());
}

/// RapidJSON's events turned into paths. The path's last part is the value that comes next.
class JsonHandler {
 public:
  explicit JsonHandler(JsonVisitor& visitor) : visitor_(visitor) {}

  bool Null() { return done(); }
  bool Bool(bool value) { return scalar(JsonKind::boolean, value ? "true" : "false"); }
  bool String(const char* text, rapidjson::SizeType size, bool) {
    return scalar(JsonKind::string, {text, size});
  }
  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    return scalar(JsonKind::number, {text, size});
  }
  bool Key(const char* text, rapidjson::SizeType size, bool) {
    path_.push({text, size});
    return true;
  }
  bool StartObject() { return open(Nesting::object); }
  bool StartArray() { return open(Nesting::array); }
  bool EndObject(rapidjson::SizeType) { return close(); }
  bool EndArray(rapidjson::SizeType) {
    path_.pop();
    return close();
  }

  // Never called with numbers as text.
  bool Int(int) { return false; }
  bool Uint(unsigned) { return false; }
  bool Int64(std::int64_t) { return false; }
  bool Uint64(std::uint64_t) { return false; }
  bool Double(double) { return false; }

 private:
  enum class Nesting { object, array };

  bool scalar(JsonKind kind, std::string_view text) {
    return visitor_.value(path_, kind, text) && done();
  }
  bool open(Nesting nesting) {
    if (nesting_.size() == kJsonDepthLimit || !visitor_.open(path_)) return false;
    nesting_.push_back(nesting);
    if (nesting == Nesting::array) path_.push(JsonPath::kEach);
    return true;
  }
  bool close() {
    nesting_.pop_back();
    return done();
  }
  /// A value has ended: a member's key goes, an element's place stays for the next.
  bool done() {
    if (!nesting_.empty() && nesting_.back() == Nesting::object) path_.pop();
    return true;
  }

  JsonVisitor& visitor_;
  JsonPath path_;
  std::vector<Nesting> nesting_;
};

Result<void> read_json(std::string_view json, JsonVisitor& visitor) {
  using Stream = rapidjson::EncodedInputStream<rapidjson::UTF8<>, rapidjson::MemoryStream>;
  rapidjson::MemoryStream memory(json.data(), json.size());
  Stream stream(memory);
  JsonHandler handler(visitor);
  rapidjson::Reader reader;
  constexpr unsigned kFlags =
      rapidjson::kParseNumbersAsStringsFlag | rapidjson::kParseValidateEncodingFlag;
  const rapidjson::ParseResult result = reader.Parse<kFlags>(stream, handler);
  if (result) return {};
  return Error{fmt::format("broken JSON at byte {}: {}", result.Offset(),
                           rapidjson::GetParseError_En(result.Code()))};
}

}  // namespace catena::kubernetes::api
