// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "test/sim/client_end.hpp"
#include "test/sim/worlds/signature.hpp"
#include "test/support/transfer_reader.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace catena::sim {

/// A secondary server that takes the changing zone once, over a connection of its own, and checks
/// that what it gets is one state of it, whole, with each message signed where it has signed.
class Secondary {
 public:
  struct Wants {
    std::optional<std::uint32_t> serial;  ///< An IXFR from there.
    std::optional<Signature> signature;
  };

  /// Asks at once. `serial` is that of the zone by now.
  Secondary(std::unique_ptr<ClientEnd> end, Wants wants, std::uint32_t serial);

  /// So many bytes of what has come; throws Broken where they are wrong. `serial` is the zone's.
  void take(std::size_t bytes, std::uint32_t serial);
  void reset() { end_->reset(); }

  /// "whole", "up to date", "SERVFAIL"; empty until then.
  const std::string& outcome() const { return outcome_; }
  bool closed() const { return end_->closed(); }
  std::size_t messages() const { return messages_; }

 private:
  using Shape = test::TransferReader::Shape;

  bool take_message(std::uint32_t serial);
  void check_records();
  void conclude(std::uint32_t serial);

  std::unique_ptr<ClientEnd> end_;
  std::optional<Signature> signature_;
  test::TransferReader reader_;
  std::uint32_t asked_at_;  // The zone's serial then.
  std::optional<std::uint32_t> had_;
  std::vector<std::uint8_t> incoming_;
  std::size_t messages_ = 0;
  std::size_t records_ = 0;  // Beside those that are SOA.
  std::string outcome_;
};

}  // namespace catena::sim
