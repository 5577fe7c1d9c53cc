// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.hpp"
#include "core/client/call.hpp"
#include "core/client/id_table.hpp"
#include "core/client/loop.hpp"
#include "core/client/upstream.hpp"
#include "core/net/network.hpp"

#include <memory>
#include <span>
#include <vector>

namespace catena::client {

class Channel;

/// A connected UDP socket on a port of its own, for many questions at once. What is sent in one
/// turn of the event loop leaves in one sendmmsg; ICMP errors end the question they belong to at
/// once (IP_RECVERR). Where the kernel has no room they wait, for 63 ms at most. Held by its pool
/// and by whatever it does at the moment. One thread.
class UdpSocket final : public Carrier,
                        public std::enable_shared_from_this<UdpSocket>,
                        private net::Deadline,
                        private net::Events {
 public:
  static Result<std::shared_ptr<UdpSocket>, Fault> open(Channel& channel);

  explicit UdpSocket(Channel& channel);

  /// Takes a call: only while !full().
  void send(Call& call);

  bool full() const { return calls_.full(); }
  bool idle() const { return calls_.empty(); }
  std::uint64_t sent() const { return sent_; }
  TimePoint opened() const { return opened_; }

  /// Ends all calls as faults and the socket with them.
  void close();

  void expired(Call& call) override;
  void forget(Call& call) override;

 private:
  static constexpr std::size_t kGather = 64;
  static constexpr unsigned kMaxPauses = 6;
  static constexpr Duration kFirstPause = std::chrono::milliseconds(1);

  void readable() override;
  void writable() override { flush(); }
  bool receive_batch();
  void deliver(std::span<const std::uint8_t> message);
  void hurry(Call& call);
  void flush();
  int send_batch();
  void send_failed(int error);
  void wait_until_writable();
  void back_off();
  void due() override { flush(); }
  void fail_outgoing(int error);
  bool read_errors();
  void forget_outgoing(const Call& call);
  void fail(Call& call, Fault::During during, int error);
  void fail_all(int error);
  Fault fault(Fault::During during, int error) const;

  Channel* channel_;
  std::unique_ptr<net::Datagrams> socket_;
  IdTable calls_;
  std::vector<Call*> outgoing_;  // Null where the call has gone meanwhile.
  TimePoint opened_;
  std::uint64_t sent_ = 0;
  Endpoint local_;
  Endpoint remote_;
  bool closed_ = false;
  bool flush_posted_ = false;  // Or waits until the socket is writable or its pause is over.
  unsigned pauses_ = 0;        // In a row, for want of room in the kernel.
};

}  // namespace catena::client
