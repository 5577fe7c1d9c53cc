// SPDX-License-Identifier: Apache-2.0
#include "core/config/diagnostics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace catena::config {

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

std::string format(const std::vector<Diagnostic>& diagnostics) {
  const auto place = [](const Diagnostic& one) {
    return std::pair(std::string_view(one.position.file_name()), one.position.line);
  };
  std::vector<Diagnostic> sorted = diagnostics;
  std::ranges::stable_sort(sorted, {}, place);
  std::string text;
  for (const Diagnostic& diagnostic : sorted) text += format(diagnostic) + "\n";
  return text;
}

void Diagnostics::error(Position position, std::string plugin, std::string text) {
  errors_.push_back({std::move(position), std::move(plugin), std::move(text)});
}

void Diagnostics::warn(Position position, std::string plugin, std::string text) {
  warnings_.push_back({std::move(position), std::move(plugin), std::move(text)});
}

}  // namespace catena::config
