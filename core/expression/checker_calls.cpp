// SPDX-License-Identifier: Apache-2.0
#include "core/expression/checker.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace catena::expression {

using Kind = Type::Kind;

// Why the arguments do not fit; "" where they do. `at` is the culprit. An argument is checked when
// those before it fit.
std::string Checker::misfit(Node& node, std::span<const Type::Kind> parameters, const Node*& at) {
  at = &node;
  const auto& arguments = node.children;
  if (arguments.size() != parameters.size()) {
    for (Node* const argument : arguments) check(*argument);
    const bool few = arguments.size() < parameters.size();
    return fmt::format("{} arguments to call {}", few ? "not enough" : "too many", node.text);
  }
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const Type& given = check(*arguments[i]);
    const Type wanted = Type::of(parameters[i]);
    at = arguments[i];
    if (given.is(Kind::nil) && !wanted.is(Kind::any)) {
      return fmt::format("cannot use nil as argument (type {}) to call {}", wanted.name(),
                         node.text);
    }
    if (!given.is(Kind::nil) && !given.is_unknown() && !given.fits(wanted)) {
      return fmt::format("cannot use {} as argument (type {}) to call {} ", given.name(),
                         wanted.name(), node.text);
    }
  }
  return {};
}

Type Checker::call(Node& node) {
  const auto function = std::ranges::find(environment_, node.text, &Function::name);
  const auto variable = std::ranges::find(variables_, node.text, &Variable::name);
  if (function == environment_.end() || variable != variables_.end()) {
    const bool known = variable != variables_.end();
    throw Problem{node.from, known ? fmt::format("{} is not callable", variable->type.name())
                                   : fmt::format("unknown name {}", node.text)};
  }
  const Node* at = nullptr;
  const std::string why = misfit(node, function->parameters, at);
  if (!why.empty()) throw Problem{at->from, why};
  return Type::of(function->result);
}

Type Checker::overloaded(Node& node, const BuiltinRow& row) {
  const Node* at = nullptr;
  std::string why;
  for (const Overload& overload : row.overloads) {
    why = misfit(node, overload.parameters, at);
    if (why.empty()) return Type::of(overload.result);
  }
  throw Problem{at->from, why};
}

}  // namespace catena::expression
