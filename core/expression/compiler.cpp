// SPDX-License-Identifier: Apache-2.0
#include "core/expression/compiler.hpp"

#include "core/expression/operations.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace catena::expression {
namespace {

constexpr std::array<std::pair<std::string_view, Operation>, 18> kOperations{{
    {"==", Operation::equal},
    {"!=", Operation::equal},
    {"<", Operation::less},
    {">", Operation::more},
    {"<=", Operation::less_equal},
    {">=", Operation::more_equal},
    {"+", Operation::add},
    {"-", Operation::subtract},
    {"*", Operation::multiply},
    {"/", Operation::divide},
    {"%", Operation::modulo},
    {"**", Operation::power},
    {"^", Operation::power},
    {"in", Operation::in},
    {"..", Operation::range},
    {"contains", Operation::contains},
    {"startsWith", Operation::starts_with},
    {"endsWith", Operation::ends_with},
}};

bool is_literal(const Node& node) {
  return node.kind == Node::Kind::nil || node.kind == Node::Kind::boolean ||
         node.kind == Node::Kind::integer || node.kind == Node::Kind::floating ||
         node.kind == Node::Kind::string;
}

bool is_or(const Node& node) { return node.text == "or" || node.text == "||"; }
bool is_and(const Node& node) { return node.text == "and" || node.text == "&&"; }

// A boolean that needs no run. Like expr-lang, whose `x and false` is false whatever becomes of x.
std::optional<bool> decided(const Node& node) {
  if (node.kind == Node::Kind::boolean) return node.integer != 0;
  if (node.kind == Node::Kind::unary && (node.text == "not" || node.text == "!")) {
    const auto inner = decided(*node.children.front());
    return inner ? std::optional(!*inner) : std::nullopt;
  }
  if (node.kind != Node::Kind::binary || (!is_or(node) && !is_and(node))) return std::nullopt;
  const auto left = decided(*node.children[0]);
  const auto right = decided(*node.children[1]);
  const bool strong = is_or(node);
  if (left == !strong) return right;
  if (right == !strong) return left;
  return left || right ? std::optional(strong) : std::nullopt;
}

}  // namespace

void Compiler::write(const Node& node) {
  switch (node.kind) {
    case Node::Kind::nil:
    case Node::Kind::boolean:
    case Node::Kind::integer:
    case Node::Kind::floating:
    case Node::Kind::string:
      return push(node, literal(node));
    case Node::Kind::identifier:
      return identifier(node);
    case Node::Kind::unary:
      write(*node.children.front());
      if (node.text == "-") emit(node, Code::negate);
      if (node.text == "!" || node.text == "not") emit(node, Code::invert);
      return;
    case Node::Kind::binary:
      return binary(node);
    case Node::Kind::conditional:
      return conditional(node);
    case Node::Kind::member:
      return member(node);
    case Node::Kind::slice:
      return slice(node);
    case Node::Kind::call:
    case Node::Kind::builtin:
      return call(node);
    case Node::Kind::predicate:
      return write(*node.children.front());
    case Node::Kind::pointer:
      return pointer(node);
    case Node::Kind::variable:
      return variable(node);
    case Node::Kind::sequence:
      return sequence(node);
    case Node::Kind::list:
      return list(node);
    case Node::Kind::map:
      write_children(node);
      emit(node, Code::map, node.children.size());
      return;
    case Node::Kind::chain:
      return chain(node);
  }
}

void Compiler::write_children(const Node& node) {
  for (const Node* const child : node.children) write(*child);
}

void Compiler::binary(const Node& node) {
  const std::string& op = node.text;
  if (is_or(node) || is_and(node)) return logical(node);
  if (op == "??") return either(node, Code::jump_if_value);
  if (op == "matches") return pattern(node);
  write_children(node);
  const auto* const found =
      std::ranges::find(kOperations, op, &std::pair<std::string_view, Operation>::first);
  emit(node, Code::operate, static_cast<std::size_t>(found->second));
  if (op == "!=") emit(node, Code::invert);
}

void Compiler::logical(const Node& node) {
  const bool strong = is_or(node);
  const auto left = decided(*node.children[0]);
  const auto right = decided(*node.children[1]);
  if (left == !strong) return write(*node.children[1]);
  if (right == !strong) return write(*node.children[0]);
  if (left || right) return push(node, Value::boolean(strong));
  either(node, strong ? Code::jump_if_true : Code::jump_if_false);
}

// The left side, unless that does not do.
void Compiler::either(const Node& node, Code jump) {
  write(*node.children[0]);
  const std::size_t end = emit(node, jump);
  emit(node, Code::drop);
  write(*node.children[1]);
  land(end);
}

void Compiler::pattern(const Node& node) {
  const Node& right = *node.children[1];
  write(*node.children[0]);
  if (right.kind == Node::Kind::string) {
    program_.patterns_.push_back(right.text);
    emit(node, Code::matches_constant, program_.patterns_.size() - 1);
  } else {
    write(right);
    emit(node, Code::matches);
  }
}

// A ?: B is the condition itself where that is true.
void Compiler::conditional(const Node& node) {
  if (node.children[0] == node.children[1]) {
    write(*node.children[0]);
    const std::size_t end = emit(node, Code::jump_if_true);
    emit(node, Code::drop);
    write(*node.children[2]);
    return land(end);
  }
  write(*node.children[0]);
  const std::size_t otherwise = emit(node, Code::jump_if_false);
  emit(node, Code::drop);
  write(*node.children[1]);
  const std::size_t end = emit(node, Code::jump);
  land(otherwise);
  emit(node, Code::drop);
  write(*node.children[2]);
  land(end);
}

void Compiler::member(const Node& node) {
  write(*node.children[0]);
  if (node.optional) chains_.back().push_back(emit(node, Code::jump_if_nil));
  write(*node.children[1]);
  emit(node, Code::fetch);
}

void Compiler::chain(const Node& node) {
  chains_.emplace_back();
  write(*node.children.front());
  for (const std::size_t jump : chains_.back()) land(jump);
  chains_.pop_back();
}

void Compiler::slice(const Node& node) {
  for (const Node* const part : node.children) {
    if (part != nullptr) {
      write(*part);
    } else {
      push(node, Value());
    }
  }
  emit(node, Code::slice);
}

// One of nothing but literals is made once.
void Compiler::list(const Node& node) {
  const auto literal_child = [](const Node* child) { return is_literal(*child); };
  if (!std::ranges::all_of(node.children, literal_child)) {
    write_children(node);
    emit(node, Code::list, node.children.size());
    return;
  }
  std::vector<Value>& items = program_.lists_.emplace_back();
  for (const Node* const child : node.children) items.push_back(literal(*child));
  push(node, Value::list(items));
}

void Compiler::variable(const Node& node) {
  write(*node.children[0]);
  emit(node, Code::store, names_.size());
  names_.push_back(node.text);
  program_.variables_ = std::max(program_.variables_, names_.size());
  write(*node.children[1]);
  names_.pop_back();
}

void Compiler::identifier(const Node& node) {
  const auto name = std::ranges::find(names_, node.text);
  if (name != names_.end()) {
    emit(node, Code::load, static_cast<std::size_t>(name - names_.begin()));
    return;
  }
  const auto function = std::ranges::find(environment_, node.text, &Function::name);
  push(node, Value::function(function - environment_.begin()));
}

void Compiler::call(const Node& node) {
  const BuiltinRow* const row =
      node.kind == Node::Kind::builtin ? find_builtin(node.text) : nullptr;
  if (row != nullptr && !row->arguments.empty()) return loop(node, row->builtin);
  write_children(node);
  if (row != nullptr) {
    emit(node, Code::builtin, static_cast<std::size_t>(row->builtin), node.children.size());
    return;
  }
  const auto function = std::ranges::find(environment_, node.text, &Function::name);
  emit(node, Code::call, static_cast<std::size_t>(function - environment_.begin()),
       node.children.size());
}

void Compiler::pointer(const Node& node) {
  if (node.text == "index") {
    emit(node, Code::index);
  } else {
    emit(node, node.text == "acc" ? Code::total : Code::item);
  }
}

void Compiler::sequence(const Node& node) {
  for (const Node* const part : node.children) {
    write(*part);
    if (part != node.children.back()) emit(node, Code::drop);
  }
}

std::size_t Compiler::emit(const Node& node, Code code, std::size_t argument, std::size_t count) {
  if (program_.code_.size() >= kMostInstructions) {
    throw Problem{node.from, "compilation failed: expression exceeds maximum allowed nodes"};
  }
  program_.code_.push_back({code, static_cast<std::uint16_t>(count),
                            static_cast<std::uint32_t>(argument),
                            static_cast<std::uint32_t>(node.from)});
  return program_.code_.size() - 1;
}

void Compiler::land(std::size_t jump) {
  program_.code_[jump].argument = static_cast<std::uint32_t>(program_.code_.size());
}

void Compiler::push(const Node& node, const Value& value) {
  program_.constants_.push_back(value);
  emit(node, Code::push, program_.constants_.size() - 1);
}

Value Compiler::literal(const Node& node) {
  switch (node.kind) {
    case Node::Kind::boolean:
      return Value::boolean(node.integer != 0);
    case Node::Kind::integer:
      return Value::integer(node.integer);
    case Node::Kind::floating:
      return Value::floating(node.floating);
    case Node::Kind::string:
      return Value::string(program_.texts_.emplace_back(node.text));
    default:
      return {};
  }
}

}  // namespace catena::expression
