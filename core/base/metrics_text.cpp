// SPDX-License-Identifier: Apache-2.0
#include "core/base/metrics_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace catena::metrics {
namespace {

// From here on Go writes an exponent.
constexpr double kSmallest = 1e-4;
constexpr double kLargest = 1e6;

std::string escape(std::string_view text, std::string_view escaped) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (escaped.find(c) != std::string_view::npos) out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

std::string label_text(Labels labels) {
  std::sort(labels.begin(), labels.end());
  std::string text;
  for (const auto& [name, value] : labels) {
    text += fmt::format("{}{}=\"{}\"", text.empty() ? "" : ",", name, escape(value, "\\\""));
  }
  return text;
}

std::string help_text(std::string_view help) { return escape(help, "\\"); }

std::string number_text(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  if (value == 0) return "0";
  const double size = std::abs(value);
  const bool plain = size >= kSmallest && size < kLargest;
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.begin(), digits.end(), value,
                                 plain ? std::chars_format::fixed : std::chars_format::scientific);
  return {digits.data(), end.ptr};
}

}  // namespace catena::metrics
