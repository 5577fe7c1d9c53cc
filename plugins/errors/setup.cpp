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
void read_options(config::Property& line, PatternConfig& pattern) {
  bool level_given = false;
  while (const config::Word* word = line.take()) {
    const auto level = level_of(word->text);
    if (word->text == "show_first") {
      pattern.first = First::shown;
    } else if (!level) {
      line.error(fmt::format("unknown option in consolidate: {}", word->text));
    } else if (pattern.first == First::shown) {
      line.error("log level must come before show_first in consolidate");
    } else if (level_given) {
      line.error("multiple log levels specified in consolidate");
    } else {
      pattern.level = *level;
      level_given = true;
    }
  }
}

void check_expression(config::Property& line, const std::string& expression) {
  if (expression.size() > kLongestExpression) {
    return line.error(
        fmt::format("regex pattern too long: {} > {}", expression.size(), kLongestExpression));
  }
  const RE2 compiled(expression, RE2::Quiet);
  if (!compiled.ok()) line.error(fmt::format("error parsing regexp: {}", compiled.error()));
}

std::shared_ptr<Pattern> read_pattern(config::Property& line, const Log& log) {
  PatternConfig pattern;
  if (!line.expect_count(2, 4)) return nullptr;
  line.required(pattern.window, config::at_least(std::chrono::nanoseconds(0)));
  line.required(pattern.expression);
  check_expression(line, pattern.expression);
  read_options(line, pattern);
  if (line.failed()) return nullptr;
  return std::make_shared<Pattern>(std::move(pattern), log);
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
  std::vector<std::shared_ptr<Pattern>> patterns;
  for (config::Property& line : directive.each("consolidate")) {
    if (auto pattern = read_pattern(line, setup.log())) patterns.push_back(std::move(pattern));
  }
  directive.done();
  setup.add(std::make_unique<Errors>(std::move(patterns), setup.line_limit()));
}

}  // namespace catena::errors
