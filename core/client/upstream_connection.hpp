// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/client/call.hpp"
#include "core/client/id_table.hpp"
#include "core/client/loop.hpp"
#include "core/net/network.hpp"
#include "core/net/tls_stream.hpp"

#include <memory>
#include <vector>

namespace catena::client {

class Channel;
class TcpPool;

/// One TCP connection, with TLS where the upstream has it, that carries many questions at once;
/// replies may come in any order. It is up when the first question has left, behind the handshake.
/// Held by its pool and by whatever it does at the moment. One thread.
class UpstreamConnection final : public Carrier,
                                 public std::enable_shared_from_this<UpstreamConnection>,
                                 private net::Deadline,
                                 private net::Events {
 public:
  UpstreamConnection(Channel& channel, TcpPool& pool);

  /// Starts to connect.
  void open();

  /// Takes a call; it leaves once the connection is up.
  void send(Call& call);

  std::size_t load() const { return calls_.size(); }
  /// Bytes that wait to leave.
  std::size_t unsent() const { return queued_.size() - written_; }
  /// Lets its calls end but takes no new ones.
  bool retired() const { return retired_; }
  TimePoint created() const { return created_; }
  TimePoint idle_since() const { return idle_since_; }

  /// Ends all calls as faults. The pool has let go of it.
  void close();

  void expired(Call& call) override;
  void forget(Call& call) override;

 private:
  enum class State : std::uint8_t { connecting, open, closed };

  std::unique_ptr<net::ByteStream> secured(std::unique_ptr<net::ByteStream> plain);
  void give_up(Fault::During during, int error);
  void wait_for_dial();
  /// It takes too long to connect.
  void due() override;
  void writable() override;
  void readable() override;
  void connected();
  void set_deadline(Call& call);
  void read(net::Moved moved);
  void received(std::size_t size);
  void make_room();
  bool deliver_next();
  void deliver(std::span<const std::uint8_t> message);
  void broken(Fault::During during, int error);
  void finish_calls(const Fault& fault, bool again);
  void settled();
  Fault fault(Fault::During during, int error) const;

  Channel* channel_;
  TcpPool* pool_;
  std::unique_ptr<net::ByteStream> stream_;
  const net::TlsStream* tls_ = nullptr;  // The stream, where it is one.
  IdTable calls_;
  State state_ = State::connecting;
  bool retired_ = false;
  bool answered_ = false;  // Ever.
  bool answered_since_idle_ = false;
  TimePoint created_;
  TimePoint idle_since_;
  Endpoint local_;  // Until the connection is up what was asked for.
  Endpoint own_;
  Endpoint remote_;
  std::vector<std::uint8_t> queued_;  // Framed messages, those before `written_` have left.
  std::size_t written_ = 0;
  std::vector<std::uint8_t> incoming_;
  std::size_t incoming_size_ = 0;
};

}  // namespace catena::client
