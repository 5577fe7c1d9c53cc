// SPDX-License-Identifier: Apache-2.0
#include "core/expression/problem.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace catena::expression {
namespace {

// Of UTF-8: the bytes that begin a character.
std::size_t characters(std::string_view text) {
  const auto begins = [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; };
  return static_cast<std::size_t>(std::ranges::count_if(text, begins));
}

}  // namespace

std::string show(const Problem& problem, std::string_view source) {
  const std::string_view before = source.substr(0, problem.from);
  const auto number = std::ranges::count(before, '\n') + 1;
  const std::size_t start = before.rfind('\n') + 1;
  std::string line(source.substr(start, source.find('\n', start) - start));
  if (line.empty()) return problem.message;
  std::ranges::replace(line, '\t', ' ');
  const std::size_t column = characters(before.substr(start));
  return fmt::format("{} ({}:{})\n | {}\n | {}^", problem.message, number, column + 1, line,
                     std::string(column, '.'));
}

}  // namespace catena::expression
