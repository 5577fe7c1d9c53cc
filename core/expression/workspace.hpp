// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/arena.hpp"
#include "core/expression/value.hpp"

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>

namespace catena::expression {

/// What a run may use up: so many steps, and an arena of memory that is there for each run anew.
/// Whoever runs out, or finds a value that is not good, says so here, which ends the run.
class Workspace {
 public:
  /// Each instruction is one, and so is each item of a list that one of them looks at.
  static constexpr std::int64_t kSteps = 100'000;
  /// Lists within lists that are looked at as a whole.
  static constexpr unsigned kDeepest = 100;

  void begin();

  /// False, and the run ends, when there are no more.
  bool spend(std::size_t steps);

  /// Room for so many; less when there is none, and the run ends.
  std::span<Value> values(std::size_t count) { return room<Value>(count); }
  std::span<char> characters(std::size_t count) { return room<char>(count); }

  /// Why the run ends; the first one stays. Returns nil, for `return work.fail(...)`.
  Value fail(std::initializer_list<std::string_view> parts);
  bool failed() const { return failure_.data() != nullptr; }
  std::string_view failure() const { return failure_; }

 private:
  template <class T>
  std::span<T> room(std::size_t count) {
    if (count > Arena::kLimit / sizeof(T)) {
      fail({"memory budget exceeded"});
      return {};
    }
    const std::span<T> found = count == 0 ? std::span<T>() : memory_.array<T>(count);
    if (found.size() != count) fail({"memory budget exceeded"});
    return found;
  }

  Arena memory_{512};
  std::int64_t steps_ = kSteps;
  std::string_view failure_;
};

/// A text that grows in a workspace.
class TextRoom {
 public:
  explicit TextRoom(Workspace& work) : work_(work) {}
  void append(std::string_view text);
  Value value() const { return Value::string({room_.data(), size_}); }

 private:
  Workspace& work_;
  std::span<char> room_;
  std::size_t size_ = 0;
};

}  // namespace catena::expression
