// SPDX-License-Identifier: Apache-2.0
#include "plugins/health/self_check.hpp"

#include "core/config/duration.hpp"
#include "core/http/client.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace catena::health {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds kPeriod{1};
constexpr std::chrono::seconds kSlow{1};
constexpr std::chrono::seconds kTimeout{3};

// A socket for all addresses takes IPv4 too, and every host has this one.
http::Origin target_of(const http::PageServer& server) {
  const auto endpoint = server.endpoint();
  asio::ip::address address = endpoint.address();
  if (address.is_unspecified()) address = asio::ip::address_v4::loopback();
  return {.host = address.to_string(), .port = endpoint.port(), .tls = nullptr, .tls_name = {}};
}

}  // namespace

CheckMeters::CheckMeters(metrics::Registry& registry)
    : duration(registry.histogram("coredns_health_request_duration_seconds",
                                  "Histogram of the time (in seconds) each request took.",
                                  metrics::slim_time_buckets())),
      failures(registry.counter("coredns_health_request_failures_total",
                                "The number of times the health check failed.")) {}

struct SelfCheck::State {
  State(http::PageServer& server, const CheckMeters& check_meters, const Log& check_log)
      : executor(server.executor()),
        connection(executor, {.connect = kTimeout, .handshake = kTimeout, .head = kTimeout}),
        timer(executor),
        target(target_of(server)),
        url("http://" + server.address().text() + "/health"),
        meters(check_meters),
        log(check_log) {}

  static asio::awaitable<void> run(std::shared_ptr<State> state);
  asio::awaitable<http::HttpResult<void>> ask();
  void report(const http::HttpResult<void>& result, Duration took);

  asio::any_io_executor executor;
  http::SocketConnection connection;
  asio::steady_timer timer;
  http::Origin target;
  std::string url;
  CheckMeters meters;
  Log log;
  bool stopped = false;
};

asio::awaitable<void> SelfCheck::State::run(std::shared_ptr<State> state) {
  auto next = std::chrono::steady_clock::now();
  while (!state->stopped) {
    next = std::max(next + kPeriod, std::chrono::steady_clock::now());
    boost::system::error_code error;
    state->timer.expires_at(next);
    co_await state->timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
    if (state->stopped) co_return;
    const auto start = std::chrono::steady_clock::now();
    const http::HttpResult<void> result = co_await state->ask();
    if (!state->stopped) state->report(result, std::chrono::steady_clock::now() - start);
  }
}

asio::awaitable<http::HttpResult<void>> SelfCheck::State::ask() {
  if (!connection.open()) {
    const auto connected = co_await connection.connect(target);
    if (!connected) co_return connected.error();
  }
  const http::HttpRequest request{.method = "GET", .target = "/health", .fields = {}};
  const auto head = co_await connection.send(request);
  if (!head) co_return head.error();
  while (true) {
    const auto piece = co_await connection.read_body(kTimeout);
    if (!piece) co_return piece.error();
    if (piece->empty()) co_return http::HttpResult<void>();
  }
}

void SelfCheck::State::report(const http::HttpResult<void>& result, Duration took) {
  meters.duration.observe(Lane::shared, std::chrono::duration<double>(took).count());
  if (!result) {
    meters.failures.add(Lane::shared);
    log.warning("Local health request to \"{}\" failed: {}", url, result.error().text);
  } else if (took > kSlow) {
    log.warning("Local health request to \"{}\" took more than 1s: {}", url,
                config::format_duration(took));
  }
}

SelfCheck::SelfCheck(http::PageServer& server, const CheckMeters& meters, const Log& log)
    : state_(std::make_shared<State>(server, meters, log)) {
  asio::co_spawn(state_->executor, State::run(state_), asio::detached);
}

SelfCheck::~SelfCheck() {
  asio::post(state_->executor, [state = state_] {
    state->stopped = true;
    state->timer.cancel();
    state->connection.close();
  });
}

}  // namespace catena::health
