// SPDX-License-Identifier: Apache-2.0
#include "core/server/tls_side.hpp"

#include <utility>

namespace catena::server {
namespace {

constexpr std::string_view kDone = "catena_tls_handshakes_total";
constexpr std::string_view kDoneHelp = "Handshakes with clients that came to an end.";
constexpr std::string_view kFailed = "catena_tls_handshake_failures_total";
constexpr std::string_view kFailedHelp = "Handshakes with clients that came to nothing.";
constexpr std::array kVersions{"TLSv1.2", "TLSv1.3"};

}  // namespace

TlsMeters::TlsMeters(metrics::Registry& registry, const std::string& server) {
  for (std::size_t i = 0; i < done_.size(); ++i) {
    done_[i] = &registry.counter(kDone, kDoneHelp,
                                 {{"server", server},
                                  {"version", kVersions[i / 2]},
                                  {"resumed", i % 2 == 0 ? "false" : "true"}});
  }
  // The first of them is no fault.
  for (std::size_t i = 1; i < kFaults; ++i) {
    const auto reason = net::to_string(static_cast<net::TlsFault>(i));
    failures_[i] = &registry.counter(kFailed, kFailedHelp,
                                     {{"server", server}, {"reason", std::string(reason)}});
  }
  unfinished_ =
      &registry.counter(kFailed, kFailedHelp, {{"server", server}, {"reason", "unfinished"}});
}

void TlsMeters::done(Lane lane, const net::TlsStream& stream) {
  const std::size_t version = stream.version() == kVersions[1] ? 2 : 0;
  done_[version + (stream.resumed() ? 1 : 0)]->add(lane);
}

bool TlsSide::is_let_in_by(const TlsListener& listener) const {
  const net::TlsPolicy now = listener.context->policy();
  return now.client_auth == policy_.client_auth && now.authorities == policy_.authorities;
}

void TlsSide::look(Lane lane) {
  if (counted_ || stream_.state() != net::TlsStream::State::open) return;
  counted_ = true;
  listener_->meters.done(lane, stream_);
}

void TlsSide::end(Lane lane) {
  look(lane);
  if (std::exchange(counted_, true)) return;
  const net::TlsFault fault = stream_.failure().fault;
  if (fault == net::TlsFault::none) return listener_->meters.unfinished(lane);
  listener_->meters.failed(lane, fault);
}

}  // namespace catena::server
