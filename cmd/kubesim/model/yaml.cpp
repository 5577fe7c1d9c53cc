// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/model/yaml.hpp"

#include <yaml-cpp/yaml.h>

#include <regex>
#include <stdexcept>

namespace catena::kubesim {
namespace {

constexpr std::size_t kMaximumValues = 1'000'000;

bool is_json_number(const std::string& text) {
  static const std::regex number(R"(-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?)");
  return text.size() < 64 && std::regex_match(text, number);
}

/// A plain scalar, by the core schema as far as manifests use it.
Json scalar(const YAML::Node& node) {
  const std::string& text = node.Scalar();
  if (node.Tag() == "!") return text;
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  if (text.empty() || text == "null" || text == "~") return nullptr;
  if (is_json_number(text)) return Json::Number{text};
  return text;
}

class Converter {
 public:
  Json convert(const YAML::Node& node, std::size_t depth) {
    if (++values_ > kMaximumValues) throw std::length_error("too many values");
    if (depth > kMaximumJsonDepth) throw std::length_error("nested too deeply");
    if (node.IsScalar()) return scalar(node);
    if (node.IsSequence()) return sequence(node, depth);
    if (node.IsMap()) return map(node, depth);
    return nullptr;
  }

 private:
  Json sequence(const YAML::Node& node, std::size_t depth) {
    Json result = array();
    for (const YAML::Node& element : node) result.push(convert(element, depth + 1));
    return result;
  }

  Json map(const YAML::Node& node, std::size_t depth) {
    Json result = object();
    for (const auto& member : node) {
      result.set(member.first.Scalar(), convert(member.second, depth + 1));
    }
    return result;
  }

  std::size_t values_ = 0;
};

}  // namespace

boost::system::result<Json, JsonError> parse_yaml(std::string_view text) {
  auto documents = parse_yaml_documents(text);
  if (!documents) return documents.error();
  if (documents->size() != 1) return JsonError{"one document is needed"};
  return std::move(documents->front());
}

boost::system::result<std::vector<Json>, JsonError> parse_yaml_documents(std::string_view text) {
  // yaml-cpp reports errors by exceptions; none leaves this function.
  try {
    std::vector<Json> result;
    for (const YAML::Node& node : YAML::LoadAll(std::string(text))) {
      if (node.IsDefined() && !node.IsNull()) result.push_back(Converter().convert(node, 0));
    }
    return result;
  } catch (const std::exception& error) {
    return JsonError{error.what()};
  }
}

}  // namespace catena::kubesim
