// SPDX-License-Identifier: Apache-2.0
// An environment for tests, and values as texts that can be compared.
#pragma once

#include "core/expression/machine.hpp"
#include "core/expression/token.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

namespace catena::expression {

inline const std::array<Function, 7> kTestEnvironment{{
    {"name", {}, Type::Kind::string},
    {"type", {}, Type::Kind::string},
    {"id", {}, Type::Kind::integer},
    {"half", {}, Type::Kind::floating},
    {"yes", {}, Type::Kind::boolean},
    {"echo", {Type::Kind::string}, Type::Kind::string},
    {"fails", {Type::Kind::string, Type::Kind::string}, Type::Kind::boolean, true},
}};

class TestCallee final : public Callee {
 public:
  Value call(std::size_t function, std::span<const Value> arguments) override {
    switch (function) {
      case 0:
        return Value::string("www.example.org.");
      case 1:
        return Value::string("AAAA");
      case 2:
        return Value::integer(4711);
      case 3:
        return Value::floating(0.5);
      case 4:
        return Value::boolean(true);
      case 5:
        return arguments[0];
      default:
        return Value::fault("it fails");
    }
  }
};

/// `1`, `1.5f`, `"a"`, `[1, 2]`, `{"a": 1}`, `nil`, `function`, `fails`.
inline std::string shown(const Value& value) {
  switch (value.kind()) {
    case Value::Kind::nil:
      return "nil";
    case Value::Kind::boolean:
      return value.is_true() ? "true" : "false";
    case Value::Kind::integer:
      return std::to_string(value.as_integer());
    case Value::Kind::floating: {
      if (std::isinf(value.as_floating())) return value.as_floating() > 0 ? "+Inff" : "-Inff";
      std::array<char, 64> digits{};
      std::snprintf(digits.data(), digits.size(), "%.6gf", value.as_floating());
      return digits.data();
    }
    case Value::Kind::string:
      return quoted(value.text());
    case Value::Kind::function:
      return "function";
    case Value::Kind::fault:
      return "fails";
    case Value::Kind::list:
    case Value::Kind::range:
    case Value::Kind::map:
      break;
  }
  std::vector<std::string> parts;
  const bool map = value.is(Value::Kind::map);
  for (std::size_t i = 0; i < value.size(); ++i) {
    parts.push_back(map ? shown(value.key(i)) + ": " + shown(value.mapped(i))
                        : shown(value.item(i)));
  }
  if (map) std::sort(parts.begin(), parts.end());
  const auto text = fmt::format("{}", fmt::join(parts, ", "));
  return map ? "{" + text + "}" : "[" + text + "]";
}

}  // namespace catena::expression
