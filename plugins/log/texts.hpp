// SPDX-License-Identifier: Apache-2.0
// Values of the query log as text on the stack.
#pragma once

#include "core/base/clock.hpp"

#include <array>
#include <string_view>

namespace catena::log {

/// Plain decimal seconds without zeros at the end, as Go's FormatFloat(..., 'f', -1): "0.0015".
class SecondsText {
 public:
  explicit SecondsText(Duration duration);
  std::string_view view() const { return {text_.data(), size_}; }

 private:
  std::array<char, 40> text_;
  std::size_t size_;
};

}  // namespace catena::log
