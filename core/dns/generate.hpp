// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace catena::dns {

/// BIND's $GENERATE: a line that is repeated with `$` or `${offset,width,base}` replaced by a
/// counter;
/// `\$` stays a dollar sign.
class Generate {
 public:
  static constexpr std::uint64_t kMaxSteps = 65536;

  /// `range` is "start-stop" or "start-stop/step". Nothing if it is wrong or has more than
  /// kMaxSteps steps.
  static std::optional<Generate> parse(std::string_view range, std::string_view pattern);

  bool done() const { return steps_left_ == 0; }

  /// The line of the present step, and on to the next one. Nothing, and done, where the pattern is
  /// wrong.
  std::optional<std::string> next();

 private:
  std::string pattern_;
  std::int64_t value_ = 0;
  std::int64_t step_ = 1;
  std::uint64_t steps_left_ = 0;
};

}  // namespace catena::dns
