// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/log.hpp"
#include "core/base/metrics.hpp"
#include "core/http/page_server.hpp"

#include <memory>

namespace catena::health {

/// How long the server's own requests take, and how many got no answer.
struct CheckMeters {
  explicit CheckMeters(metrics::Registry& registry);

  metrics::Histogram& duration;
  metrics::Counter& failures;
};

/// Asks for /health once a second, as a client would: a process that answers itself late is
/// overloaded. Runs on the page server's thread, which must be open, until it is destroyed.
class SelfCheck {
 public:
  SelfCheck(http::PageServer& server, const CheckMeters& meters, const Log& log);
  ~SelfCheck();
  SelfCheck(const SelfCheck&) = delete;
  SelfCheck& operator=(const SelfCheck&) = delete;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace catena::health
