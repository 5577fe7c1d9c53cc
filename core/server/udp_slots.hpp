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
  /// Longer queries are cut; EDNS with cookies and padding needs a few hundred bytes.
  static constexpr std::size_t kReceive = 4096;

  UdpSlot(Dispatcher& dispatcher, UdpSlots& slots) : Ticket(dispatcher), slots_(slots) {}

  void finished(Outcome outcome) override;

  UdpPeer peer;
  std::size_t place = 0;  ///< Among the parked ones.
  std::shared_ptr<UdpOutlet> outlet;  ///< Where the answer leaves.
  std::array<std::uint8_t, kReceive> buffer;

 private:
  UdpSlots& slots_;
};

/// The slots of one worker. As many exist as are in use, and a few spare ones; memory that a burst
/// of waiting queries took is given back. One thread.
class UdpSlots {
 public:
  /// Queries that may wait on one worker: 8,192 of a few KiB each.
  static constexpr std::size_t kMaxWaiting = 8192;

  UdpSlots(Dispatcher& dispatcher, UdpOutput& output, std::size_t max_waiting = kMaxWaiting)
      : dispatcher_(dispatcher), output_(output), max_waiting_(max_waiting) {}
  ~UdpSlots();

  std::unique_ptr<UdpSlot> take();

  /// Keeps a slot whose query waits, until its finished().
  void park(std::unique_ptr<UdpSlot> slot);
  bool full() const { return parked_.size() >= max_waiting_; }
  std::size_t waiting() const { return parked_.size(); }

  /// Writes and sends a parked slot's answer, unless there is none, and takes the slot back.
  void release(UdpSlot& slot, Outcome outcome);

  Dispatcher& dispatcher() { return dispatcher_; }
  UdpOutput& output() { return output_; }

 private:
  static constexpr std::size_t kSpare = 64;
  Dispatcher& dispatcher_;
  UdpOutput& output_;
  std::size_t max_waiting_;
  std::vector<std::unique_ptr<UdpSlot>> spare_;
  std::vector<std::unique_ptr<UdpSlot>> parked_;  // In no order; a slot knows its place.
};

}  // namespace catena::server
