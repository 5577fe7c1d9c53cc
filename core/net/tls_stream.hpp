// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/memory_events.hpp"
#include "core/net/tls_context.hpp"
#include "core/net/tls_failure.hpp"
#include "core/net/tls_link.hpp"

#include <string_view>

namespace catena::net {

/// TLS over another stream. The handshake happens inside of reads, writes and waits, as far as what
/// is there allows; whoever waits to write, or to read, is told when it is through and he can, or
/// when it has failed. Who reads a server's end is told whenever it can go on, which it does in his
/// read: it costs much, and he may let others go first.
///
///   handshaking -> open -> closed
///        |           |
///        +-> failed <+
///
/// One write is one record, of at most 16 KiB; bytes that `later` was said of may be in a record
/// that has left in part, so that the next write begins with them. One read takes all records that
/// are there, as many as there is room for. The stream below is only read when this one is, and
/// never holds more than one record of each direction that is read or written in part.
///
/// A wait may be told of where only TLS had something to read, such as a ticket: the read then says
/// `later`.
class TlsStream final : public ByteStream, private Events {
 public:
  enum class State : std::uint8_t { handshaking, open, failed, closed };

  /// Server or client is what the handle is; null fails at once. `executor` is that of the stream's
  /// event loop.
  TlsStream(std::unique_ptr<ByteStream> stream,
            TlsHandle handle,
            boost::asio::any_io_executor executor);
  ~TlsStream() override { close(); }

  void attach(Events& events) override { events_.attach(events); }
  Moved read_some(std::span<std::uint8_t> room) override;
  std::optional<std::uint8_t> peek() override;
  Moved write_some(std::span<const std::uint8_t> bytes) override;
  void wait_readable() override;
  void wait_writable() override;
  void join_end() override { link_.stream->join_end(); }
  /// With TLS's own goodbye (close_notify), if the handshake is through.
  void close() override;
  void reset() override;
  int renumber() override { return link_.stream->renumber(); }
  std::size_t unsent() const override { return link_.stream->unsent() + unwritten_; }

  State state() const { return state_; }
  /// Why it has failed; TlsFault::none while it has not.
  const TlsFailure& failure() const { return failure_; }
  /// The peer's end came without its goodbye: somebody else may have cut the stream.
  bool cut() const { return cut_; }

  /// Once open: "TLSv1.3".
  std::string_view version() const;
  /// The protocol agreed on (RFC 7301); empty: none.
  std::string_view alpn() const;
  /// The name that the client asked for (SNI, RFC 6066 section 3); empty: none.
  std::string_view server_name() const;
  /// An earlier session went on.
  bool resumed() const;
  /// What a server's context promised when this was made of it.
  TlsPolicy policy() const;

  /// Bytes of memory that this holds now, without the stream below: what it costs a budget.
  std::size_t held() const;

 private:
  enum class Needs : std::uint8_t { nothing, readable, writable };

  void readable() override { progress(Needs::readable); }
  void writable() override { progress(Needs::writable); }
  void weigh_peer();
  void progress(Needs there);
  void arm();
  void wait_for(Needs needs);
  void tell_reader();
  void tell_writer();
  bool shake();
  bool can_read() const;
  Moved unmoved(int result, Needs& needs);
  Moved over() const;
  Moved fail(TlsFailure failure, int error);
  Moved classify();

  TlsLink link_;
  TlsHandle handle_;
  MemoryEvents events_;
  State state_ = State::handshaking;
  bool ended_ = false;  // By the peer.
  bool cut_ = false;
  bool drained_ = false;  // What is there is not a whole record.
  bool reading_ = false;  // Somebody waits.
  bool writing_ = false;
  Needs handshake_needs_ = Needs::nothing;
  Needs read_needs_ = Needs::readable;
  Needs write_needs_ = Needs::writable;
  std::size_t peer_bytes_ = 0;  // What the certificates of a client take.
  std::size_t unwritten_ = 0;   // Of a record that has not left whole.
  int error_ = 0;               // errno, once failed.
  TlsFailure failure_;
};

}  // namespace catena::net
