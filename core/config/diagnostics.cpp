// SPDX-License-Identifier: Apache-2.0
#include "core/config/diagnostics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace catena::config {

namespace {

// Snippets are read as often as they are imported.
void add_once(std::vector<Diagnostic>& list, Diagnostic one) {
  const auto same = [&one](const Diagnostic& other) { return format(other) == format(one); };
  if (std::ranges::none_of(list, same)) list.push_back(std::move(one));
}

}  // namespace

const std::string& Position::file_name() const {
  static const std::string none;
  return file ? *file : none;
}

std::string to_string(const Position& position) {
  if (position.file_name().empty()) return {};
  return fmt::format("{}:{}", position.file_name(), position.line);
}

std::string format(const Diagnostic& diagnostic) {
  std::string text = to_string(diagnostic.position);
  if (!text.empty()) text += ": ";
  if (!diagnostic.plugin.empty()) text += diagnostic.plugin + ": ";
  return text + diagnostic.text;
}

std::string format(const std::vector<Diagnostic>& diagnostics, std::string_view front) {
  const auto place = [](const Diagnostic& one) {
    return std::pair(std::string_view(one.position.file_name()), one.position.line);
  };
  std::vector<Diagnostic> sorted = diagnostics;
  std::ranges::stable_sort(sorted, {}, place);
  std::string text;
  for (const Diagnostic& diagnostic : sorted)
    text += fmt::format("{}{}\n", front, format(diagnostic));
  return text;
}

void Diagnostics::error(Position position, std::string plugin, std::string text) {
  errors_.push_back({std::move(position), std::move(plugin), std::move(text)});
}

void Diagnostics::warn(Position position, std::string plugin, std::string text) {
  add_once(warnings_, {std::move(position), std::move(plugin), std::move(text)});
}

void Diagnostics::need(Position position, std::string plugin, std::string_view what) {
  if (!elsewhere()) return;
  add_once(needs_, {std::move(position), std::move(plugin), fmt::format("would need {}", what)});
}

}  // namespace catena::config
