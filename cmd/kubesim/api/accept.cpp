// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/api/api.hpp"
#include "cmd/kubesim/model/protobuf.hpp"

namespace catena::kubesim {
namespace {

/// One entry of an Accept header: a type and its parameters.
struct MediaType {
  std::string type;
  Query parameters;
};

std::string without_blanks(std::string_view text) {
  std::string result;
  for (const char c : text) {
    if (c != ' ' && c != '\t') result += c;
  }
  return result;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    parts.push_back(without_blanks(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

MediaType parse(std::string_view text) {
  MediaType result;
  for (const std::string& part : split(text, ';')) {
    const std::size_t equals = part.find('=');
    if (equals == part.npos) {
      result.type = part;
    } else {
      result.parameters[part.substr(0, equals)] = part.substr(equals + 1);
    }
  }
  return result;
}

std::optional<Form> form_of(const MediaType& wanted, std::string_view kind) {
  if (wanted.type == kProtobufType && !wanted.parameters.contains("as") && writes_protobuf(kind)) {
    return Form::Protobuf;
  }
  const bool json =
      wanted.type == "application/json" || wanted.type == "*/*" || wanted.type == "application/*";
  if (!json) return std::nullopt;
  const auto as = wanted.parameters.find("as");
  if (as == wanted.parameters.end()) return Form::Plain;
  if (as->second == "Table") return Form::Table;
  if (as->second.starts_with("PartialObjectMetadata")) return Form::Metadata;
  return std::nullopt;
}

}  // namespace

Outcome<Form> wanted_form(std::string_view accept, std::string_view kind) {
  if (accept.empty()) return Form::Plain;
  for (const std::string& entry : split(accept, ',')) {
    if (const auto form = form_of(parse(entry), kind)) return *form;
  }
  return not_acceptable();
}

}  // namespace catena::kubesim
