// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/setup.hpp"

#include "plugins/errors/errors.hpp"

namespace catena::errors {
namespace {

constexpr std::size_t kLongestExpression = 10000;

std::optional<LogLevel> level_of(std::string_view word) {
  if (word == "warning") return LogLevel::warning;
  if (word == "error") return LogLevel::error;
  if (word == "info") return LogLevel::info;
  if (word == "debug") return LogLevel::debug;
  return std::nullopt;
}

// [warning|error|info|debug] [show_first], in this order.
void read_options(config::Property& line, Consolidation& consolidation) {
  bool level_given = false;
  while (const config::Word* word = line.take()) {
    const auto level = level_of(word->text);
    if (word->text == "show_first") {
      consolidation.first = First::shown;
    } else if (!level) {
      line.error(fmt::format("unknown option in consolidate: {}", word->text));
    } else if (consolidation.first == First::shown) {
      line.error("log level must come before show_first in consolidate");
    } else if (level_given) {
      line.error("multiple log levels specified in consolidate");
    } else {
      consolidation.level = *level;
      level_given = true;
    }
  }
}

void check_expression(config::Property& line, const std::string& expression) {
  if (expression.size() > kLongestExpression) {
    return line.error(
        fmt::format("regex pattern too long: {} > {}", expression.size(), kLongestExpression));
  }
  const expression::Pattern compiled(expression);
  if (!compiled.error().empty()) line.error(compiled.error());
}

std::shared_ptr<Consolidator> read_consolidation(config::Property& line, const Log& log) {
  Consolidation consolidation;
  if (!line.expect_count(2, 4)) return nullptr;
  line.required(consolidation.window, config::at_least(std::chrono::nanoseconds(0)));
  line.required(consolidation.expression);
  check_expression(line, consolidation.expression);
  read_options(line, consolidation);
  if (line.failed()) return nullptr;
  return std::make_shared<Consolidator>(std::move(consolidation), log);
}

}  // namespace

void setup(Setup& setup) {
  config::Directive& directive = setup.once();
  directive.expect_count(0, 1);
  if (const config::Word* file = directive.take(); file != nullptr && file->text != "stdout") {
    directive.error(fmt::format("invalid log file: {}; expected stdout", file->text));
  }
  bool stacktrace = false;  // Changes nothing: lines about exceptions say what was thrown.
  directive.flag("stacktrace", stacktrace);
  std::vector<std::shared_ptr<Consolidator>> consolidators;
  for (config::Property& line : directive.each("consolidate")) {
    auto consolidator = read_consolidation(line, setup.log());
    if (consolidator) consolidators.push_back(std::move(consolidator));
  }
  directive.done();
  setup.add(std::make_unique<Errors>(std::move(consolidators), setup.line_limit()));
}

}  // namespace catena::errors
