// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/model/protobuf.hpp"

#include "cmd/kubesim/model/encoding.hpp"

#include <fmt/format.h>

#include <map>
#include <optional>

namespace catena::kubesim {
namespace {

enum class Type { Text, Number, OptionalNumber, Flag, Map, BytesMap, IntOrText, Message };
enum class Rule { Single, Repeated };

struct Field {
  unsigned number;
  std::string_view name;
  Type type;
  Rule rule = Rule::Single;
  /// The message that a field of type Message holds.
  std::string_view message = {};
};

using Schema = std::map<std::string_view, std::vector<Field>>;

void add_kinds(Schema& schema) {
  const Field metadata{1, "metadata", Type::Message, Rule::Single, "ObjectMeta"};
  const auto spec = [](std::string_view message) {
    return Field{2, "spec", Type::Message, Rule::Single, message};
  };
  schema["Namespace"] = {metadata};
  schema["ServiceAccount"] = {metadata};
  schema["ConfigMap"] = {metadata, {2, "data", Type::Map}, {3, "binaryData", Type::BytesMap}};
  schema["Secret"] = {
      metadata, {2, "data", Type::BytesMap}, {3, "type", Type::Text}, {4, "stringData", Type::Map}};
  schema["Service"] = {metadata, spec("ServiceSpec")};
  schema["Deployment"] = {metadata, spec("DeploymentSpec")};
  schema["TokenRequest"] = {metadata, spec("TokenRequestSpec")};
}

void add_parts(Schema& schema) {
  const Rule many = Rule::Repeated;
  schema["ObjectMeta"] = {{1, "name", Type::Text},
                          {2, "generateName", Type::Text},
                          {3, "namespace", Type::Text},
                          {11, "labels", Type::Map},
                          {12, "annotations", Type::Map}};
  schema["ServiceSpec"] = {{1, "ports", Type::Message, many, "ServicePort"},
                           {2, "selector", Type::Map},
                           {3, "clusterIP", Type::Text},
                           {4, "type", Type::Text},
                           {5, "externalIPs", Type::Text, many},
                           {10, "externalName", Type::Text},
                           {13, "publishNotReadyAddresses", Type::Flag},
                           {17, "ipFamilyPolicy", Type::Text},
                           {19, "ipFamilies", Type::Text, many}};
  schema["ServicePort"] = {{1, "name", Type::Text},
                           {2, "protocol", Type::Text},
                           {3, "port", Type::Number},
                           {4, "targetPort", Type::IntOrText}};
  schema["DeploymentSpec"] = {{1, "replicas", Type::OptionalNumber},
                              {2, "selector", Type::Message, Rule::Single, "LabelSelector"},
                              {3, "template", Type::Message, Rule::Single, "PodTemplateSpec"}};
  schema["LabelSelector"] = {{1, "matchLabels", Type::Map}};
  schema["PodTemplateSpec"] = {{1, "metadata", Type::Message, Rule::Single, "ObjectMeta"},
                               {2, "spec", Type::Message, Rule::Single, "PodSpec"}};
  schema["PodSpec"] = {{2, "containers", Type::Message, many, "Container"}};
  schema["Container"] = {{1, "name", Type::Text},
                         {2, "image", Type::Text},
                         {3, "command", Type::Text, many},
                         {4, "args", Type::Text, many},
                         {6, "ports", Type::Message, many, "ContainerPort"}};
  schema["ContainerPort"] = {
      {1, "name", Type::Text}, {3, "containerPort", Type::Number}, {4, "protocol", Type::Text}};
  schema["TokenRequestSpec"] = {{1, "audiences", Type::Text, many},
                                {4, "expirationSeconds", Type::OptionalNumber}};
}

const Schema& schema() {
  static const Schema all = [] {
    Schema made;
    add_kinds(made);
    add_parts(made);
    return made;
  }();
  return all;
}

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

/// Kubernetes writes empty texts and zeros also where nothing was set: those give null.
Json read_value(const Field& field, const Raw& raw, bool& failed) {
  switch (field.type) {
    case Type::Number:
      if (raw.value == 0) return nullptr;
      [[fallthrough]];
    case Type::OptionalNumber:
      return static_cast<std::int64_t>(raw.value);
    case Type::Flag:
      return raw.value == 0 ? Json() : Json(true);
    case Type::IntOrText:
      return read_int_or_text(raw.bytes, failed);
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
    for (const Field& field : schema().at(name)) {
      if (field.number == raw->number) read_field(json, field, *raw, failed);
    }
  }
  failed = failed || reader.failed();
  return json;
}

constexpr std::string_view kMagic{"k8s\0", 4};

}  // namespace

boost::system::result<Json, JsonError> parse_protobuf(std::string_view bytes) {
  if (!bytes.starts_with(kMagic)) return JsonError{"no protobuf of Kubernetes"};
  std::string_view type;
  std::string_view content;
  Reader envelope(bytes.substr(kMagic.size()));
  while (const auto raw = envelope.next()) {
    if (raw->number == 1) type = raw->bytes;
    if (raw->number == 2) content = raw->bytes;
  }
  std::string api_version;
  std::string kind;
  Reader names(type);
  while (const auto raw = names.next()) (raw->number == 1 ? api_version : kind) = raw->bytes;
  if (!schema().contains(kind)) return JsonError{fmt::format("{} in protobuf is not read", kind)};
  bool failed = envelope.failed() || names.failed() || content.data() == nullptr;
  Json json = read_message(kind, content, failed);
  if (failed) return JsonError{"protobuf that is cut short"};
  return json.set("kind", kind).set("apiVersion", api_version);
}

}  // namespace catena::kubesim
