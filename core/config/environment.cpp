// SPDX-License-Identifier: Apache-2.0
#include "core/config/environment.hpp"

#include <cstdlib>

namespace catena::config {

namespace {

constexpr std::size_t kLongestExpansion = 64 * 1024;
constexpr int kMostReplacements = 1000;

struct Reference {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string name;
};

std::optional<Reference> find_reference(std::string_view text,
                                        std::string_view open,
                                        std::string_view close) {
  const std::size_t begin = text.find(open);
  if (begin == std::string_view::npos) return std::nullopt;
  const std::size_t name = begin + open.size();
  const std::size_t end = text.find(close, name);
  if (end == std::string_view::npos || end == name) return std::nullopt;
  return Reference{begin, end + close.size(), std::string(text.substr(name, end - name))};
}

bool replace_all(std::string& text,
                 std::string_view open,
                 std::string_view close,
                 const Variables& environment,
                 int& replacements) {
  while (const auto reference = find_reference(text, open, close)) {
    const std::string value = environment(reference->name).value_or("");
    text.replace(reference->begin, reference->end - reference->begin, value);
    if (++replacements > kMostReplacements || text.size() > kLongestExpansion) return false;
  }
  return true;
}

}  // namespace

Variables process_environment() {
  return [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (!value) return std::nullopt;
    return std::string(value);
  };
}

std::optional<std::string> substitute(std::string_view word, const Variables& environment) {
  std::string text(word);
  if (text.find('{') == std::string::npos) return text;
  int replacements = 0;
  if (!replace_all(text, "{%", "%}", environment, replacements)) return std::nullopt;
  if (!replace_all(text, "{$", "}", environment, replacements)) return std::nullopt;
  return text;
}

}  // namespace catena::config
