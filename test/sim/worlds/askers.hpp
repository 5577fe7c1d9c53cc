// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/memory_stream.hpp"

#include "test/sim/house.hpp"

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <vector>

namespace catena::sim {

/// Clients of a house with one question each, over UDP or with a connection of its own, and with at
/// most one answer. A question's id is its number, from 0.
class Askers {
 public:
  /// A reply to its question, the first one.
  using Take = std::function<void(std::size_t number, std::span<const std::uint8_t> answer)>;

  Askers(House& house, Take take) : house_(house), take_(std::move(take)) {}

  /// How many have asked, and the number of the next one.
  std::size_t size() const { return asked_.size(); }
  void ask(std::vector<std::uint8_t> message, Protocol protocol);
  void take_answers();
  bool answered(std::size_t number) const { return asked_[number].answered; }
  /// Everybody has an answer.
  void check_all_answered() const;

 private:
  struct Asked {
    std::vector<std::uint8_t> message;
    std::unique_ptr<net::MemoryPeer> peer;  ///< Of those that came over TCP.
    std::vector<std::uint8_t> incoming;
    bool answered = false;
  };
  void take_from(Asked& asked);
  void take(std::span<const std::uint8_t> answer);

  House& house_;
  Take take_;
  std::deque<Asked> asked_;
};

}  // namespace catena::sim
