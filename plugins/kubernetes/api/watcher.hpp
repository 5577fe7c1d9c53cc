// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/http/client.hpp"
#include "core/net/timer.hpp"

#include "plugins/kubernetes/api/credentials.hpp"
#include "plugins/kubernetes/api/limiter.hpp"
#include "plugins/kubernetes/api/loop.hpp"
#include "plugins/kubernetes/api/reflector.hpp"
#include "plugins/kubernetes/api/request_metrics.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>

namespace catena::kubernetes::api {

/// What all watchers of a client share, on the API thread.
struct Shared {
  ApiLoop& loop;
  Credentials& credentials;
  Limiter& limiter;
  RequestMetrics& metrics;
  Log log;
  const Clock& clock;
};

/// Drives one reflector over one connection. Everything on the API thread, but for synced().
class Watcher {
 public:
  Watcher(Shared shared, Resource resource, std::unique_ptr<EncodedSink> sink);

  /// Until stop(). At most once.
  boost::asio::awaitable<void> run();
  void stop();

  /// Reads all objects once more, what is under way notwithstanding.
  void relist();

  bool synced() const { return reflector_.synced(); }
  TimePoint last_event() const { return reflector_.last_event(); }
  const Resource& resource() const { return reflector_.resource(); }

 private:
  boost::asio::awaitable<void> sleep(Duration time);
  boost::asio::awaitable<bool> prepare();
  boost::asio::awaitable<bool> connect(const Pass& pass);
  boost::asio::awaitable<void> wait_for_turn();
  boost::asio::awaitable<void> exchange(const NextStep& step);
  boost::asio::awaitable<void> send(const NextStep& step);
  boost::asio::awaitable<void> read();
  void count_skipped();
  void log_warnings(const http::ResponseHead& head);

  /// Whether the connection has carried an answer: the server may close such ones at any time.
  enum class Age { fresh, used };

  Shared shared_;
  std::unique_ptr<EncodedSink> sink_;
  Reflector reflector_;
  std::unique_ptr<http::Connection> connection_;
  net::Timer timer_;
  Pass pass_;
  std::shared_ptr<const net::TlsContext> connected_with_;
  Age age_ = Age::used;
  Skipped skipped_;
  std::string warning_;
  bool stopped_ = false;
  bool reading_ = false;    ///< A body.
  bool relisting_ = false;  ///< Asked for, not begun.
};

}  // namespace catena::kubernetes::api
