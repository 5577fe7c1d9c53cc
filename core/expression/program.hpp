// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.hpp"
#include "core/expression/environment.hpp"
#include "core/expression/instruction.hpp"

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace catena::expression {

/// An expression in expr-lang's language (https://expr-lang.org), parsed, checked and compiled for
/// functions of an environment. Only read from then on, by any thread.
class Program {
 public:
  /// Bytes of the source that one may have.
  static constexpr std::size_t kLongest = 64 * 1024;

  /// The error is that of expr-lang, with place and source in lines of their own (see show()).
  static Result<std::unique_ptr<const Program>> compile(std::string_view source,
                                                        Environment environment);

  const std::string& source() const { return source_; }
  /// What is known of its value.
  const Type& type() const { return type_; }

 private:
  friend class Compiler;
  friend class Machine;
  Program() = default;

  std::string source_;
  Type type_;
  std::vector<Instruction> code_;
  std::vector<Value> constants_;
  std::deque<std::string> texts_;         // Of constants.
  std::deque<std::vector<Value>> lists_;  // Of constants.
  std::vector<std::string> patterns_;
  std::size_t variables_ = 0;
  std::size_t loops_ = 0;  // At most within each other.
};

}  // namespace catena::expression
