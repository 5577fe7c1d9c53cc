// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "test/bench/generator/questions.hpp"
#include "test/bench/generator/tally.hpp"

namespace catena::bench {

/// The questions that are open on one socket, found by their ids. A place that was used last is
/// used next, so that a small window stays in the nearest cache; an id comes back after all others
/// of its place.
class Ledger {
 public:
  /// Room for that many at once, 65536 at most.
  explicit Ledger(std::size_t most);

  std::size_t open() const { return slots_.size() - free_.size(); }
  std::size_t room() const { return most_ - open(); }

  /// Writes the next question, `due` at that time, and says how long it is. Only where there is
  /// room.
  std::size_t ask(Questions& questions, unsigned char* message, Nanoseconds due);

  /// Counts an answer with everything that is wrong with it.
  void take(const Questions& questions, Bytes message, int rcode, Tally& tally);

  /// Gives up what was due before; says how many.
  std::size_t give_up(Nanoseconds before);

 private:
  struct Slot {
    Nanoseconds due = 0;  // 0: not open.
    Questions::Asked asked;
    std::uint16_t id = 0;
  };

  void close(std::size_t place);

  std::size_t most_;
  std::vector<Slot> slots_;  // A power of two.
  std::vector<std::uint16_t> free_;
};

}  // namespace catena::bench
