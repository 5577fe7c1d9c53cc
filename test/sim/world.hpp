// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "test/sim/dice.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace catena::sim {

/// What happened, step by step, as a number: two runs of one seed must have the same.
class Trace {
 public:
  explicit Trace(bool printed) : printed_(printed) {}

  template <class... Parts>
  void note(fmt::format_string<Parts...> format, Parts&&... parts) {
    add(fmt::format(format, std::forward<Parts>(parts)...));
  }
  std::uint64_t hash() const { return hash_; }
  std::size_t steps() const { return steps_; }

 private:
  void add(std::string_view line);

  bool printed_;
  std::size_t steps_ = 0;
  std::uint64_t hash_ = 0xcbf29ce484222325;
};

/// A rule that did not hold.
class Broken : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Throws Broken with what was expected and what was there instead.
template <class... Parts>
void expect(bool holds, fmt::format_string<Parts...> format, Parts&&... parts) {
  if (!holds) throw Broken(fmt::format(format, std::forward<Parts>(parts)...));
}

/// What a world gets from outside, and all that it gets.
struct Environment {
  Dice dice;
  Trace trace;
};

/// One scene with all that can happen in it. `run` lives a life through under a seed, ends, and
/// throws Broken where something was wrong on the way or at the end.
struct World {
  std::string_view name;
  std::string_view what;
  void (*run)(Environment& environment);
};

/// Every world that there is.
std::span<const World> worlds();

void ways_in(Environment& environment);
void resolvers(Environment& environment);
void cluster(Environment& environment);
void lives(Environment& environment);
void transfers(Environment& environment);

}  // namespace catena::sim
