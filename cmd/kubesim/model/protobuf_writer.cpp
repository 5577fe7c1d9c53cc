// SPDX-License-Identifier: Apache-2.0
#include "core/base/encodings.hpp"

#include "cmd/kubesim/model/protobuf.hpp"
#include "cmd/kubesim/model/protobuf_schema.hpp"
#include "cmd/kubesim/model/store.hpp"

#include <algorithm>
#include <protozero/pbf_writer.hpp>

namespace catena::kubesim {
namespace {

using protozero::pbf_writer;

/// Those whose every served field is in the schema.
constexpr std::array<std::string_view, 5> kWritten = {"Namespace", "Service", "EndpointSlice",
                                                      "Pod", "Status"};

std::string message_text(std::string_view name, const Json& json);

std::string entry_text(std::string_view key, std::string_view value) {
  std::string text;
  pbf_writer entry(text);
  entry.add_string(1, key.data(), key.size());
  entry.add_string(2, value.data(), value.size());
  return text;
}

/// Kubernetes writes the entries in the order of their keys.
void write_map(pbf_writer& out, const MessageField& field, const Json& json) {
  std::map<std::string_view, std::string> entries;
  for (const JsonMember& member : json.members()) {
    const std::string_view value = member.value.text();
    const auto bytes = field.type == FieldType::BytesMap ? from_base64(value) : std::nullopt;
    entries[member.name] = bytes ? *bytes : std::string(value);
  }
  for (const auto& [key, value] : entries) out.add_string(field.number, entry_text(key, value));
}

/// Seconds since 1970 and nanoseconds; empty for no time.
std::string time_text(const Json& json) {
  std::string text;
  const auto time = parse_timestamp(json.text());
  if (!time) return text;
  pbf_writer out(text);
  out.add_int64(1, std::chrono::system_clock::to_time_t(*time));
  out.add_int32(2, 0);
  return text;
}

std::string int_or_text(const Json& json) {
  std::string text;
  pbf_writer out(text);
  out.add_int64(1, json.is_string() ? 1 : 0);
  out.add_int32(2, static_cast<std::int32_t>(json.integer()));
  out.add_string(3, std::string(json.text()));
  return text;
}

std::string raw_json(const Json& json) {
  std::string text;
  pbf_writer(text).add_string(1, json.write());
  return text;
}

std::string value_text(const MessageField& field, const Json& json) {
  switch (field.type) {
    case FieldType::Time:
      return time_text(json);
    case FieldType::IntOrText:
      return int_or_text(json);
    case FieldType::RawJson:
      return raw_json(json);
    case FieldType::Message:
      return message_text(field.message, json);
    default:
      return std::string(json.text());
  }
}

void write_value(pbf_writer& out, const MessageField& field, const Json& json) {
  if (field.type == FieldType::Number) {
    out.add_int64(field.number, json.integer());
  } else if (field.type == FieldType::Flag) {
    out.add_bool(field.number, json.boolean());
  } else {
    out.add_string(field.number, value_text(field, json));
  }
}

void write_field(pbf_writer& out, const MessageField& field, const Json& json) {
  if (field.type == FieldType::Map || field.type == FieldType::BytesMap) {
    write_map(out, field, json);
  } else if (field.rule == FieldRule::Repeated) {
    for (const Json& each : json.items()) write_value(out, field, each);
  } else if (field.rule == FieldRule::Always || !json.is_null()) {
    write_value(out, field, json);
  }
}

std::string message_text(std::string_view name, const Json& json) {
  std::string text;
  pbf_writer out(text);
  for (const MessageField& field : protobuf_schema().at(name)) {
    write_field(out, field, json[field.name]);
  }
  return text;
}

std::string envelope(std::string_view api_version, std::string_view kind, std::string_view raw) {
  std::string type;
  pbf_writer names(type);
  names.add_string(1, api_version.data(), api_version.size());
  names.add_string(2, kind.data(), kind.size());
  std::string text(kProtobufMagic);
  pbf_writer unknown(text);
  unknown.add_string(1, type);
  unknown.add_string(2, raw.data(), raw.size());
  unknown.add_string(3, "");
  unknown.add_string(4, "");
  return text;
}

}  // namespace

bool writes_protobuf(std::string_view kind) { return std::ranges::count(kWritten, kind) != 0; }

std::string write_protobuf(const Json& json) {
  const std::string_view kind = json["kind"].text();
  return envelope(json["apiVersion"].text(), kind, message_text(kind, json));
}

std::string write_protobuf_list(std::string_view api_version,
                                std::string_view kind,
                                const Json& metadata,
                                const std::vector<const Json*>& items) {
  std::string list;
  pbf_writer out(list);
  out.add_string(1, message_text("ListMeta", metadata));
  for (const Json* item : items) out.add_string(2, message_text(kind, *item));
  return envelope(api_version, std::string(kind) + "List", list);
}

std::string write_protobuf_event(std::string_view type, const Json& json) {
  std::string raw;
  pbf_writer(raw).add_string(1, write_protobuf(json));
  std::string event;
  pbf_writer out(event);
  out.add_string(1, type.data(), type.size());
  out.add_string(2, raw);
  std::string frame;
  for (int shift = 24; shift >= 0; shift -= 8) frame += static_cast<char>(event.size() >> shift);
  return frame + event;
}

}  // namespace catena::kubesim
