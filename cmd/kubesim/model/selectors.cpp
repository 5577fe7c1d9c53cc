// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/model/selectors.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace catena::kubesim {
namespace {

using Operator = LabelRequirement::Operator;

std::string_view trim(std::string_view text) {
  const auto blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Splits at commas that are not inside brackets.
std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  std::size_t start = 0;
  int depth = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '(') ++depth;
    if (i < text.size() && text[i] == ')') --depth;
    if (i < text.size() && (text[i] != ',' || depth > 0)) continue;
    if (const auto part = trim(text.substr(start, i - start)); !part.empty()) parts.push_back(part);
    start = i + 1;
  }
  return parts;
}

bool is_key(std::string_view key) {
  return !key.empty() && std::ranges::all_of(key, [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_' ||
           c == '/';
  });
}

Status bad_selector(std::string_view text) {
  return bad_request(fmt::format("unable to parse requirement: \"{}\"", text));
}

/// `key in (a,b)` and `key notin (a,b)`.
Outcome<LabelRequirement> parse_set(std::string_view text) {
  const std::size_t open = text.find('(');
  if (open == text.npos || text.back() != ')') return bad_selector(text);
  const std::string_view head = trim(text.substr(0, open));
  const std::size_t blank = head.find_last_of(" \t");
  if (blank == head.npos) return bad_selector(text);
  const std::string_view word = head.substr(blank + 1);
  if (word != "in" && word != "notin") return bad_selector(text);
  LabelRequirement result{
      std::string(trim(head.substr(0, blank))), word == "in" ? Operator::In : Operator::NotIn, {}};
  if (!is_key(result.key)) return bad_selector(text);
  for (const auto value : split(text.substr(open + 1, text.size() - open - 2))) {
    result.values.emplace_back(value);
  }
  return result;
}

Outcome<LabelRequirement> parse_requirement(std::string_view text) {
  if (text.find('(') != text.npos) return parse_set(text);
  LabelRequirement result;
  const std::size_t equals = text.find('=');
  if (equals == text.npos) {
    const bool absent = text.starts_with('!');
    result.key = trim(absent ? text.substr(1) : text);
    result.relation = absent ? Operator::DoesNotExist : Operator::Exists;
  } else {
    const bool negated = equals > 0 && text[equals - 1] == '!';
    const bool doubled = equals + 1 < text.size() && text[equals + 1] == '=';
    result.key = trim(text.substr(0, negated ? equals - 1 : equals));
    result.relation = negated ? Operator::NotIn : Operator::In;
    result.values.emplace_back(trim(text.substr(equals + (doubled ? 2 : 1))));
  }
  if (!is_key(result.key)) return bad_selector(text);
  return result;
}

bool holds(const LabelRequirement& requirement, const Json& labels) {
  const Json* found = labels.find(requirement.key);
  const auto listed = [&] {
    return std::ranges::find(requirement.values, found->text()) != requirement.values.end();
  };
  switch (requirement.relation) {
    case Operator::Exists:
      return found != nullptr;
    case Operator::DoesNotExist:
      return found == nullptr;
    case Operator::In:
      return found != nullptr && listed();
    case Operator::NotIn:
      return found == nullptr || !listed();
  }
  return false;
}

Operator operator_named(std::string_view name) {
  if (name == "In") return Operator::In;
  if (name == "NotIn") return Operator::NotIn;
  return name == "DoesNotExist" ? Operator::DoesNotExist : Operator::Exists;
}

std::string write_requirement(const LabelRequirement& requirement) {
  const auto& values = requirement.values;
  switch (requirement.relation) {
    case Operator::Exists:
      return requirement.key;
    case Operator::DoesNotExist:
      return "!" + requirement.key;
    case Operator::In:
      if (values.size() == 1) return requirement.key + "=" + values.front();
      return fmt::format("{} in ({})", requirement.key, fmt::join(values, ","));
    case Operator::NotIn:
      if (values.size() == 1) return requirement.key + "!=" + values.front();
      return fmt::format("{} notin ({})", requirement.key, fmt::join(values, ","));
  }
  return {};
}

}  // namespace

Outcome<LabelSelector> LabelSelector::parse(std::string_view text) {
  LabelSelector result;
  for (const std::string_view part : split(text)) {
    auto requirement = parse_requirement(part);
    if (!requirement) return requirement.error();
    result.requirements_.push_back(*requirement);
  }
  return result;
}

LabelSelector LabelSelector::from_json(const Json& selector) {
  LabelSelector result = from_map(selector["matchLabels"]);
  for (const Json& expression : selector["matchExpressions"].items()) {
    LabelRequirement requirement{
        std::string(expression["key"].text()), operator_named(expression["operator"].text()), {}};
    for (const Json& value : expression["values"].items()) {
      requirement.values.emplace_back(value.text());
    }
    result.requirements_.push_back(std::move(requirement));
  }
  return result;
}

LabelSelector LabelSelector::from_map(const Json& labels) {
  LabelSelector result;
  for (const JsonMember& label : labels.members()) {
    result.requirements_.push_back({label.name, Operator::In, {std::string(label.value.text())}});
  }
  return result;
}

bool LabelSelector::matches(const Json& labels) const {
  return std::ranges::all_of(requirements_, [&](const auto& r) { return holds(r, labels); });
}

std::string LabelSelector::write() const {
  std::string text;
  for (const LabelRequirement& requirement : requirements_) {
    text += (text.empty() ? "" : ",") + write_requirement(requirement);
  }
  return text;
}

Outcome<FieldSelector> FieldSelector::parse(std::string_view text) {
  FieldSelector result;
  for (const std::string_view part : split(text)) {
    const std::size_t equals = part.find('=');
    if (equals == part.npos || equals == 0) {
      return bad_request(fmt::format("invalid selector: '{}'; can't understand '{}'", text, part));
    }
    const bool negated = part[equals - 1] == '!';
    const bool doubled = equals + 1 < part.size() && part[equals + 1] == '=';
    result.terms_.push_back({std::string(part.substr(0, negated ? equals - 1 : equals)),
                             negated ? Relation::NotEqual : Relation::Equal,
                             std::string(part.substr(equals + (doubled ? 2 : 1)))});
  }
  return result;
}

bool FieldSelector::matches(const Json& object) const {
  return std::ranges::all_of(terms_, [&](const Term& term) {
    return (object.at(term.path).scalar() == term.value) == (term.relation == Relation::Equal);
  });
}

}  // namespace catena::kubesim
