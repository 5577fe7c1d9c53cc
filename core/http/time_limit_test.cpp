// SPDX-License-Identifier: Apache-2.0
#include "core/http/time_limit.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <catch2/catch.hpp>

namespace catena::http {

namespace asio = boost::asio;
using std::chrono::milliseconds;

TEST_CASE("A deadline ends the operation that waits") {
  asio::io_context context;
  asio::steady_timer operation(context, std::chrono::hours(1));
  TimeLimit deadline(context.get_executor(), [&] { operation.cancel(); });
  bool aborted = false;
  operation.async_wait([&](const boost::system::error_code& error) { aborted = error.failed(); });
  deadline.set(milliseconds(1));
  context.run();
  CHECK(aborted);
  CHECK(deadline.expired());
}

TEST_CASE("A deadline that is cleared in time does nothing") {
  asio::io_context context;
  int expired = 0;
  TimeLimit deadline(context.get_executor(), [&] { ++expired; });
  deadline.set(std::chrono::hours(1));
  deadline.clear();
  context.run();
  CHECK(expired == 0);
  CHECK(!deadline.expired());
}

TEST_CASE("A deadline whose timer has fired already can still be cleared") {
  asio::io_context context;
  int expired = 0;
  TimeLimit deadline(context.get_executor(), [&] { ++expired; });
  deadline.set(milliseconds(-1));
  deadline.clear();
  deadline.set(std::chrono::hours(1));
  context.poll();
  CHECK(expired == 0);
}

TEST_CASE("A deadline may end before its timer's handler runs") {
  asio::io_context context;
  int expired = 0;
  {
    TimeLimit deadline(context.get_executor(), [&] { ++expired; });
    deadline.set(milliseconds(-1));
  }
  context.run();
  CHECK(expired == 0);
}

}  // namespace catena::http
