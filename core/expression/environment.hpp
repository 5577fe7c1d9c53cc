// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/expression/type.hpp"
#include "core/expression/value.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace catena::expression {

/// A function that whoever uses expressions gives to them. It goes before one of the language with
/// the same name.
struct Function {
  std::string_view name;
  std::vector<Type::Kind> parameters;
  Type::Kind result;
  bool may_fail = false;  ///< Shown in its type only.

  /// "func(string) bool"
  std::string signature() const;
};

/// The functions that there are. A function is called by its place in it.
using Environment = std::span<const Function>;

/// Calls these functions, for one run.
class Callee {
 public:
  /// `arguments` are as many as the function has parameters, and of their types, nil aside where
  /// the type was not known at setup. Whatever the value points to stays until the run has ended. A
  /// fault where there is no value.
  virtual Value call(std::size_t function, std::span<const Value> arguments) = 0;

 protected:
  ~Callee() = default;
};

}  // namespace catena::expression
