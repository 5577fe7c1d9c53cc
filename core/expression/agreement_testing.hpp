// SPDX-License-Identifier: Apache-2.0
// What expr-lang 1.17.8 makes of expressions, and so do we.
#pragma once

#include "core/expression/testing.hpp"

#include <catch2/catch.hpp>

#include <span>
#include <string>

namespace catena::expression {

/// What expr-lang makes of an expression.
struct AgreementRow {
  const char* source;
  const char* result;  ///< A value as shown(), or the first line of an error.
};

inline std::string result_of(const std::string& source) {
  const auto program = Program::compile(source, kTestEnvironment);
  const bool compiled = program.has_value();
  if (!compiled) {
    const std::string text = program.error().text;
    return "error: " + text.substr(0, text.find("\n | "));
  }
  Machine machine(**program);
  TestCallee callee;
  return shown(machine.run(callee));
}

inline void check_agreement(std::span<const AgreementRow> rows) {
  for (const AgreementRow& row : rows) {
    INFO(row.source);
    CHECK(result_of(row.source) == row.result);
  }
}

}  // namespace catena::expression
