// SPDX-License-Identifier: Apache-2.0
#include "core/expression/program.hpp"

#include "core/expression/checker.hpp"
#include "core/expression/compiler.hpp"
#include "core/expression/parser.hpp"

#include <fmt/format.h>

namespace catena::expression {

Result<std::unique_ptr<const Program>> Program::compile(std::string_view source,
                                                        Environment environment) {
  if (source.size() > kLongest) {
    return Error{fmt::format("the expression has {} bytes, more than {}", source.size(), kLongest)};
  }
  std::unique_ptr<Program> program(new Program());
  program->source_ = source;
  try {
    Tree tree;
    Node* const root = Parser(source, environment).parse(tree);
    program->type_ = Checker(environment).check(*root);
    Compiler(*program, environment).compile(*root);
  } catch (const Problem& problem) {
    return Error{show(problem, source)};
  }
  return std::unique_ptr<const Program>(std::move(program));
}

}  // namespace catena::expression
