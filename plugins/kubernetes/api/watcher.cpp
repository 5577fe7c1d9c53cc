// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/api/watcher.hpp"

#include "core/base/one_line.hpp"

#include "plugins/kubernetes/api/skipped_objects.hpp"
#include "plugins/kubernetes/api/status_code.hpp"

namespace catena::kubernetes::api {

namespace asio = boost::asio;

namespace {}  // namespace

Watcher::Watcher(Shared shared, Resource resource, std::unique_ptr<EncodedSink> sink)
    : shared_(std::move(shared)),
      sink_(std::move(sink)),
      reflector_(std::move(resource),
                 *sink_,
                 shared_.log,
                 shared_.clock,
                 [&loop = shared_.loop] { return loop.fraction(); }),
      connection_(shared_.loop.connection()),
      timer_(shared_.loop.deadlines()) {}

asio::awaitable<void> Watcher::run() {
  while (!stopped_) {
    if (std::exchange(relisting_, false)) reflector_.relist();
    const NextStep step = reflector_.next();
    if (step.wait > Duration::zero()) {
      co_await sleep(step.wait);
    } else if (co_await prepare()) {
      co_await exchange(step);
    }
  }
  connection_->close();
}

void Watcher::stop() {
  stopped_ = true;
  timer_.give_up();
  connection_->close();
}

// A head that is awaited comes soon; a body can take minutes.
void Watcher::relist() {
  relisting_ = true;
  if (reading_) connection_->close();
}

asio::awaitable<void> Watcher::sleep(Duration time) {
  co_await timer_.until(shared_.clock.now() + time);
}

/// True when the step may be sent; else ask for the next step again.
asio::awaitable<bool> Watcher::prepare() {
  auto pass = co_await shared_.credentials.pass();
  if (stopped_) co_return false;
  if (!pass) {
    reflector_.failed({http::FailureKind::unreachable, pass.error().text});
    co_return false;
  }
  pass_ = std::move(*pass);
  if (age_ == Age::fresh) co_return true;
  if (connection_->open() && connected_with_ == pass_.tls) co_return true;
  co_return co_await connect(pass_);
}

asio::awaitable<bool> Watcher::connect(const Pass& pass) {
  const ApiServer& server = shared_.credentials.server();
  http::Origin target{server.host, server.port, pass.tls, server.tls.server_name};
  connected_with_ = pass.tls;
  const TimePoint started = shared_.clock.now();
  const auto connected = co_await connection_->connect(std::move(target));
  if (stopped_) co_return false;
  if (connected) {
    age_ = Age::fresh;
    reflector_.connected();
  } else {
    shared_.metrics.answered("<error>", shared_.clock.now() - started);
    reflector_.failed(connected.error());
  }
  co_return false;
}

asio::awaitable<void> Watcher::wait_for_turn() {
  const TimePoint started = shared_.clock.now();
  Duration wait = shared_.limiter.try_start(started);
  while (wait > Duration::zero() && !stopped_) {
    co_await sleep(wait);
    wait = shared_.limiter.try_start(shared_.clock.now());
  }
  shared_.metrics.held_back(shared_.clock.now() - started);
}

asio::awaitable<void> Watcher::exchange(const NextStep& step) {
  if (step.verb == Verb::watch) {
    co_await send(step);
    co_return;
  }
  co_await wait_for_turn();
  if (stopped_) co_return;
  co_await send(step);
  shared_.limiter.finish();
}

asio::awaitable<void> Watcher::send(const NextStep& step) {
  http::HttpRequest request;
  request.target = step.target;
  request.fields = {{"User-Agent", "catena"}, {"Accept", std::string(step.accept)}};
  if (!pass_.authorization.empty()) {
    request.fields.emplace_back("Authorization", pass_.authorization);
  }
  const TimePoint started = shared_.clock.now();
  const auto head = co_await connection_->send(request);
  if (stopped_) co_return;
  const Age age = std::exchange(age_, Age::used);
  if (!head) {
    // The server may have closed it just when we began to write: that is no trouble yet.
    if (age == Age::used && head.error().kind == http::FailureKind::broken) co_return;
    shared_.metrics.answered("<error>", shared_.clock.now() - started);
    reflector_.failed(head.error());
    co_return;
  }
  shared_.metrics.answered(std::to_string(head->status), shared_.clock.now() - started);
  if (head->status == kUnauthorized) shared_.credentials.refused();
  log_warnings(*head);
  reflector_.head(*head);
  co_await read();
}

asio::awaitable<void> Watcher::read() {
  while (true) {
    if (relisting_) co_return connection_->close();
    reading_ = true;
    const auto piece = co_await connection_->read_body(reflector_.patience());
    reading_ = false;
    if (stopped_ || relisting_) co_return;
    if (!piece) {
      reflector_.failed(piece.error());
      co_return;
    }
    if (piece->empty()) {
      reflector_.end();
      co_return;
    }
    const bool wanted = reflector_.body(*piece);
    count_skipped();
    if (wanted) continue;
    connection_->close();
    co_return;
  }
}

void Watcher::count_skipped() {
  const Skipped now = reflector_.skipped();
  const std::string& name = reflector_.resource().name;
  shared_.metrics.skipped(name, kTooLarge, now.too_large - skipped_.too_large);
  shared_.metrics.skipped(name, kUnreadable, now.unreadable - skipped_.unreadable);
  skipped_ = now;
}

void Watcher::log_warnings(const http::ResponseHead& head) {
  const std::string* warning = head.find("Warning");
  if (warning == nullptr || *warning == warning_) return;
  warning_ = *warning;
  shared_.log.warning("{}: the API server warns: {}", reflector_.resource().name,
                      one_line(warning_));
}

}  // namespace catena::kubernetes::api
