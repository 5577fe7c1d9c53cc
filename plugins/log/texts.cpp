// SPDX-License-Identifier: Apache-2.0
#include "plugins/log/texts.hpp"

#include <fmt/format.h>

namespace catena::log {

SecondsText::SecondsText(Duration duration) {
  const auto nanoseconds = duration.count();
  const auto end = fmt::format_to(text_.data(), "{}.{:09}", nanoseconds / 1'000'000'000,
                                  nanoseconds % 1'000'000'000);
  std::string_view digits(text_.data(), static_cast<std::size_t>(end - text_.data()));
  digits.remove_suffix(digits.size() - 1 - digits.find_last_not_of('0'));
  if (digits.ends_with('.')) digits.remove_suffix(1);
  size_ = digits.size();
}

}  // namespace catena::log
