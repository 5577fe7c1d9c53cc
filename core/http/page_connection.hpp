// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/descriptors.hpp"
#include "core/base/metrics.hpp"
#include "core/http/page_room.hpp"
#include "core/http/pages.hpp"
#include "core/http/request_reader.hpp"
#include "core/http/time_limit.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>

namespace catena::http {

/// What one page server takes.
struct PageLimits {
  std::size_t connections = 64;
  Duration patience = std::chrono::seconds(5);  ///< To send a request, to take an answer.
  RequestLimits request = {};
  std::size_t unsent = 4 * 1024 * 1024;  ///< Bytes of answers that clients have not taken yet.
  DescriptorLimit descriptors = descriptor_limit();
};

/// What a page server turned away.
struct PageMeters {
  PageMeters(metrics::Registry& registry, const std::string& address);

  metrics::Counter& connections;  ///< More than allowed.
  metrics::Counter& memory;       ///< Answers that nobody took were too large together.
  metrics::Counter& timeouts;     ///< In the middle of a request or an answer.
  metrics::Counter& malformed;  ///< No HTTP, too long, or framed in a way that proxies disagree on.
};

/// One client of a page server: requests in turn, until it says that it is done, is silent for too
/// long or sends something bad. One thread.
class PageConnection {
 public:
  PageConnection(boost::asio::ip::tcp::socket socket,
                 const Pages& pages,
                 const PageLimits& limits,
                 PageMeters& meters,
                 PageRoom& room);

  boost::asio::awaitable<void> run();

  /// Has sent no whole request, and since when: the one that may be closed to make room.
  bool idle() const { return idle_; }
  TimePoint since() const { return since_; }

  /// Ends it; run() comes back.
  void close();

 private:
  enum class Next : std::uint8_t { another, end };

  boost::asio::awaitable<Next> serve();
  boost::asio::awaitable<bool> read();
  boost::asio::awaitable<void> refuse();
  boost::asio::awaitable<Page> page_for(const PageRequest& request);
  boost::asio::awaitable<bool> write(const std::string& text);

  boost::asio::ip::tcp::socket socket_;
  const Pages& pages_;
  const PageLimits& limits_;
  PageMeters& meters_;
  PageRoom& room_;
  TimeLimit deadline_;
  boost::asio::steady_timer delay_;
  RequestReader reader_;
  bool idle_ = true;
  TimePoint since_;
};

}  // namespace catena::http
