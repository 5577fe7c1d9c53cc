// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/model/protobuf.hpp"

#include "core/base/encodings.hpp"
#include "core/base/protobuf_fields.hpp"

#include "cmd/kubesim/model/protobuf_schema.hpp"
#include "cmd/kubesim/model/store.hpp"

#include <fmt/format.h>

#include <array>

namespace catena::kubesim {
namespace {

using Type = FieldType;
using Rule = FieldRule;
using Field = MessageField;

Json read_message(std::string_view name, std::string_view bytes, bool& failed);

/// A message of a key and a value.
void read_entry(Json& map, std::string_view bytes, Type type, bool& failed) {
  std::string_view key;
  std::string_view value;
  const bool whole = each_field(bytes, [&](const ProtobufField& raw) {
    (raw.number == 1 ? key : value) = raw.bytes;
    return true;
  });
  failed = failed || !whole;
  map.fields().push_back(
      {std::string(key), type == Type::BytesMap ? Json(to_base64(value)) : Json(value)});
}

/// IntOrString: kind (0 a number, 1 a text), number, text.
Json read_int_or_text(std::string_view bytes, bool& failed) {
  std::array<ProtobufField, 4> parts{};
  const bool whole = each_field(bytes, [&](const ProtobufField& raw) {
    if (raw.number < parts.size()) parts.at(raw.number) = raw;
    return true;
  });
  failed = failed || !whole;
  if (parts[1].value == 1) return Json(parts[3].bytes);
  return parts[2].value == 0 ? Json() : Json(static_cast<std::int64_t>(parts[2].value));
}

/// Time: seconds since 1970, and nanoseconds, which are left out.
Json read_time(std::string_view bytes, bool& failed) {
  Json time;
  const bool whole = each_field(bytes, [&](const ProtobufField& raw) {
    if (raw.number != 1) return true;
    time = timestamp(std::chrono::system_clock::from_time_t(static_cast<std::time_t>(raw.value)));
    return true;
  });
  failed = failed || !whole;
  return time;
}

/// What stands in the message although nothing was set is null.
Json read_value(const Field& field, const ProtobufField& raw, bool& failed) {
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

void read_field(Json& json, const Field& field, const ProtobufField& raw, bool& failed) {
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
  const auto& fields = protobuf_schema().at(name);
  const bool whole = each_field(bytes, [&](const ProtobufField& raw) {
    for (const Field& field : fields) {
      if (field.number == raw.number) read_field(json, field, raw, failed);
    }
    return true;
  });
  failed = failed || !whole;
  return json;
}

}  // namespace

boost::system::result<Json, JsonError> parse_protobuf(std::string_view bytes) {
  if (!bytes.starts_with(kProtobufMagic)) return JsonError{"no protobuf of Kubernetes"};
  std::string_view type;
  std::string_view content;
  const bool opened =
      each_field(bytes.substr(kProtobufMagic.size()), [&](const ProtobufField& raw) {
        if (raw.number == 1) type = raw.bytes;
        if (raw.number == 2) content = raw.bytes;
        return true;
      });
  std::string api_version;
  std::string kind;
  const bool named = each_field(type, [&](const ProtobufField& raw) {
    (raw.number == 1 ? api_version : kind) = raw.bytes;
    return true;
  });
  if (!protobuf_schema().contains(kind)) {
    return JsonError{fmt::format("{} in protobuf is not read", kind)};
  }
  bool failed = !opened || !named || content.data() == nullptr;
  Json json = read_message(kind, content, failed);
  if (failed) return JsonError{"protobuf that is cut short"};
  return json.set("kind", kind).set("apiVersion", api_version);
}

}  // namespace catena::kubesim
