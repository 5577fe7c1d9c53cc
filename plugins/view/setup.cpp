// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/setup.hpp"

#include "plugins/view/facts.hpp"
#include "plugins/view/view.hpp"

#include <fmt/format.h>

namespace catena::view {
namespace {

using Kind = expression::Type::Kind;

// Whatever is no boolean counts as false, as in CoreDNS.
void warn_of_type(config::Property& line, const expression::Program& program) {
  const expression::Type& type = program.type();
  if (type.is(Kind::boolean) || type.is_unknown()) return;
  const char* const hint = type.is(Kind::function) ? "; a function is called with ()" : "";
  line.warn(
      fmt::format("'{}' is never true, so the view takes no query{}", program.source(), hint));
}

// The words of the line with one blank between them, as CoreDNS reads them.
void read_expression(config::Property& line, Programs& programs) {
  std::vector<std::string> words;
  line.rest(words);
  auto program =
      expression::Program::compile(fmt::format("{}", fmt::join(words, " ")), environment());
  if (!program) return line.error(program.error().text);
  warn_of_type(line, **program);
  programs.push_back(std::move(*program));
}

}  // namespace

// view NAME { expr EXPRESSION }
void setup(Setup& setup) {
  config::Directive& directive = setup.once();
  std::string name;
  directive.required(name);
  Programs programs;
  for (config::Property& line : directive.each("expr")) read_expression(line, programs);
  directive.done();
  setup.add(std::make_unique<View>(std::move(name), std::move(programs), setup.process()));
}

}  // namespace catena::view
