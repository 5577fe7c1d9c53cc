// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/model/protobuf.hpp"

#include "cmd/kubesim/model/encoding.hpp"
#include "cmd/kubesim/model/protobuf_schema.hpp"
#include "cmd/kubesim/model/store.hpp"

#include <fmt/format.h>

#include <optional>

namespace catena::kubesim {
namespace {

using Type = FieldType;
using Rule = FieldRule;
using Field = MessageField;

/// One field as it stands in a message: a number or bytes.
struct Raw {
  unsigned number = 0;
  std::uint64_t value = 0;
  std::string_view bytes;
};

/// Cuts a message into its fields; ends at the first thing that cannot be read.
class Reader {
 public:
  explicit Reader(std::string_view rest) : rest_(rest) {}

  std::optional<Raw> next() {
    const auto tag = rest_.empty() ? std::nullopt : varint();
    if (!tag) return std::nullopt;
    Raw raw{static_cast<unsigned>(*tag >> 3), 0, {}};
    const auto wire = static_cast<unsigned>(*tag & 7);
    if (wire == 1 || wire == 5) return skip(raw, wire == 1 ? 8 : 4);
    const auto value = wire == 0 || wire == 2 ? varint() : std::nullopt;
    if (!value) return fail();
    if (wire == 0) {
      raw.value = *value;
      return raw;
    }
    return skip(raw, *value);
  }

  [[nodiscard]] bool failed() const { return failed_; }

 private:
  std::optional<Raw> fail() {
    failed_ = true;
    return std::nullopt;
  }

  std::optional<Raw> skip(Raw raw, std::uint64_t size) {
    if (size > rest_.size()) return fail();
    raw.bytes = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return raw;
  }

  std::optional<std::uint64_t> varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && !rest_.empty(); shift += 7) {
      const auto byte = static_cast<unsigned char>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 127U) << shift;
      if (byte < 128) return value;
    }
    failed_ = true;
    return std::nullopt;
  }

  std::string_view rest_;
  bool failed_ = false;
};

Json read_message(std::string_view name, std::string_view bytes, bool& failed);

/// A message of a key and a value.
void read_entry(Json& map, std::string_view bytes, Type type, bool& failed) {
  Reader reader(bytes);
  std::string_view key;
  std::string_view value;
  while (const auto raw = reader.next()) (raw->number == 1 ? key : value) = raw->bytes;
  failed = failed || reader.failed();
  map.fields().push_back(
      {std::string(key), type == Type::BytesMap ? Json(base64(value)) : Json(value)});
}

/// IntOrString: kind (0 a number, 1 a text), number, text.
Json read_int_or_text(std::string_view bytes, bool& failed) {
  Reader reader(bytes);
  std::array<Raw, 4> parts{};
  while (const auto raw = reader.next()) {
    if (raw->number < parts.size()) parts.at(raw->number) = *raw;
  }
  failed = failed || reader.failed();
  if (parts[1].value == 1) return Json(parts[3].bytes);
  return parts[2].value == 0 ? Json() : Json(static_cast<std::int64_t>(parts[2].value));
}

/// Time: seconds since 1970, and nanoseconds, which are left out.
Json read_time(std::string_view bytes, bool& failed) {
  Reader reader(bytes);
  Json time;
  while (const auto raw = reader.next()) {
    if (raw->number != 1) continue;
    time = timestamp(std::chrono::system_clock::from_time_t(static_cast<std::time_t>(raw->value)));
  }
  failed = failed || reader.failed();
  return time;
}

/// What stands in the message although nothing was set is null.
Json read_value(const Field& field, const Raw& raw, bool& failed) {
  const bool unset = field.rule == Rule::Always && raw.value == 0;
  switch (field.type) {
    case Type::Number:
      return unset ? Json() : Json(static_cast<std::int64_t>(raw.value));
    case Type::Flag:
      return unset ? Json() : Json(raw.value != 0);
    case Type::IntOrText:
      return read_int_or_text(raw.bytes, failed);
    case Type::Time:
      return read_time(raw.bytes, failed);
    case Type::RawJson:
      return nullptr;
    case Type::Message:
      return read_message(field.message, raw.bytes, failed);
    default:
      return raw.bytes.empty() ? Json() : Json(raw.bytes);
  }
}

void read_field(Json& json, const Field& field, const Raw& raw, bool& failed) {
  if (field.type == Type::Map || field.type == Type::BytesMap) {
    read_entry(json.member(field.name), raw.bytes, field.type, failed);
    return;
  }
  Json value = read_value(field, raw, failed);
  if (value.is_null()) return;
  if (field.rule == Rule::Repeated) {
    json.member(field.name).push(std::move(value));
  } else {
    json.set(field.name, std::move(value));
  }
}

/// The schema has no cycles, so the depth is bounded.
Json read_message(std::string_view name, std::string_view bytes, bool& failed) {
  Json json = object();
  Reader reader(bytes);
  while (const auto raw = reader.next()) {
    for (const Field& field : protobuf_schema().at(name)) {
      if (field.number == raw->number) read_field(json, field, *raw, failed);
    }
  }
  failed = failed || reader.failed();
  return json;
}

}  // namespace

boost::system::result<Json, JsonError> parse_protobuf(std::string_view bytes) {
  if (!bytes.starts_with(kProtobufMagic)) return JsonError{"no protobuf of Kubernetes"};
  std::string_view type;
  std::string_view content;
  Reader envelope(bytes.substr(kProtobufMagic.size()));
  while (const auto raw = envelope.next()) {
    if (raw->number == 1) type = raw->bytes;
    if (raw->number == 2) content = raw->bytes;
  }
  std::string api_version;
  std::string kind;
  Reader names(type);
  while (const auto raw = names.next()) (raw->number == 1 ? api_version : kind) = raw->bytes;
  if (!protobuf_schema().contains(kind)) {
    return JsonError{fmt::format("{} in protobuf is not read", kind)};
  }
  bool failed = envelope.failed() || names.failed() || content.data() == nullptr;
  Json json = read_message(kind, content, failed);
  if (failed) return JsonError{"protobuf that is cut short"};
  return json.set("kind", kind).set("apiVersion", api_version);
}

}  // namespace catena::kubesim
