// SPDX-License-Identifier: Apache-2.0
#include "core/expression/workspace.hpp"

#include <algorithm>

namespace catena::expression {

void Workspace::begin() {
  memory_.reset();
  steps_ = kSteps;
  failure_ = {};
}

bool Workspace::spend(std::size_t steps) {
  steps_ -= static_cast<std::int64_t>(std::min<std::size_t>(steps, kSteps + 1));
  if (steps_ < 0) fail({"the expression takes too many steps"});
  return steps_ >= 0;
}

// Where there is no memory for the parts, the first one tells enough.
Value Workspace::fail(std::initializer_list<std::string_view> parts) {
  if (failed()) return {};
  std::size_t size = 0;
  for (const std::string_view part : parts) size += part.size();
  const std::span<char> text = memory_.array_if_room<char>(size);
  failure_ = *parts.begin();
  if (parts.size() == 1 || text.size() != size) return {};
  char* at = text.data();
  for (const std::string_view part : parts) at = std::ranges::copy(part, at).out;
  failure_ = {text.data(), size};
  return {};
}

void TextRoom::append(std::string_view text) {
  if (size_ + text.size() > room_.size()) {
    const std::span<char> larger =
        work_.characters(std::max(2 * room_.size(), size_ + text.size()));
    if (larger.empty()) return;
    std::copy_n(room_.data(), size_, larger.data());
    room_ = larger;
  }
  std::ranges::copy(text, room_.data() + size_);
  size_ += text.size();
}

}  // namespace catena::expression
