// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/server/dispatcher.hpp"
#include "core/server/ticket.hpp"
#include "core/server/udp_output.hpp"

#include <memory>
#include <vector>

namespace catena::server {

class UdpSlots;

/// A datagram with its query: message and peer stay here as long as the query waits.
class UdpSlot final : public Ticket {
 public:
  /// Messages of usual size lie in the slot, longer ones beside it.
  static constexpr std::size_t kUsual = 512;

  UdpSlot(Dispatcher& dispatcher, UdpSlots& slots) : Ticket(dispatcher), slots_(slots) {}

  void finished(Outcome outcome) override;

  /// Takes a message over; what it returns stays until the next one.
  std::span<const std::uint8_t> keep(std::span<const std::uint8_t> message);

  /// Bytes that it takes itself.
  std::size_t cost() const { return sizeof *this + long_.capacity(); }

  UdpPeer peer;
  std::size_t place = 0;              ///< Among the parked ones.
  std::shared_ptr<UdpOutlet> outlet;  ///< Where the answer leaves.

 private:
  std::array<std::uint8_t, kUsual> usual_;
  std::vector<std::uint8_t> long_;
  UdpSlots& slots_;
};

/// The slots of one worker. As many exist as are in use, and a few spare ones; memory that a burst
/// of waiting queries took is given back. One thread.
class UdpSlots {
 public:
  UdpSlots(Dispatcher& dispatcher, UdpOutput& output) : dispatcher_(dispatcher), output_(output) {}
  ~UdpSlots();

  std::unique_ptr<UdpSlot> take();

  /// Keeps a slot whose query waits, until its finished().
  void park(std::unique_ptr<UdpSlot> slot);
  std::size_t waiting() const { return parked_.size(); }

  /// Writes and sends a parked slot's answer, unless there is none, and takes the slot back.
  void release(UdpSlot& slot, Outcome outcome);

  Dispatcher& dispatcher() { return dispatcher_; }
  UdpOutput& output() { return output_; }

 private:
  static constexpr std::size_t kSpare = 64;
  Dispatcher& dispatcher_;
  UdpOutput& output_;
  std::vector<std::unique_ptr<UdpSlot>> spare_;
  std::vector<std::unique_ptr<UdpSlot>> parked_;  // In no order; a slot knows its place.
};

}  // namespace catena::server
