// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/metrics.hpp"
#include "core/net/tls_stream.hpp"
#include "core/plugin/query.hpp"

#include <array>
#include <memory>
#include <string>

namespace catena::server {

/// What became of the handshakes of one listener. Any worker.
class TlsMeters {
 public:
  TlsMeters(metrics::Registry& registry, const std::string& server);

  void done(Lane lane, const net::TlsStream& stream);
  void failed(Lane lane, net::TlsFault fault) {
    failures_[static_cast<std::size_t>(fault)]->add(lane);
  }
  /// The connection ended before.
  void unfinished(Lane lane) { unfinished_->add(lane); }

 private:
  static constexpr std::size_t kFaults = static_cast<std::size_t>(net::TlsFault::protocol) + 1;

  std::array<metrics::Counter*, 4> done_{};  // TLS 1.2 and 1.3, each anew and resumed.
  std::array<metrics::Counter*, kFaults> failures_{};
  metrics::Counter* unfinished_;
};

/// How a listener speaks TLS.
struct TlsListener {
  std::shared_ptr<net::TlsContext> context;
  TlsMeters meters;
};

/// The TLS of one connection, whose stream outlives it: counts its handshake once, and knows what
/// only TLS knows of the client. One thread.
class TlsSide final : public TransportFacts {
 public:
  TlsSide(const net::TlsStream& stream, std::shared_ptr<TlsListener> listener)
      : stream_(stream), listener_(std::move(listener)), policy_(stream.policy()) {}

  /// Whether the client came in as it would have to now; another certificate of ours is no matter.
  bool is_let_in_by(const TlsListener& listener) const;

  /// After every read.
  void look(Lane lane);
  /// The connection ends.
  void end(Lane lane);

  bool handshaking() const { return stream_.state() == net::TlsStream::State::handshaking; }

  /// Bytes of memory that it costs.
  std::size_t held() const { return stream_.held(); }

  std::string_view tls_server_name() const override { return stream_.server_name(); }

 private:
  const net::TlsStream& stream_;
  std::shared_ptr<TlsListener> listener_;
  const net::TlsPolicy policy_;
  bool counted_ = false;
};

}  // namespace catena::server
