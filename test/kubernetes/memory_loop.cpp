// SPDX-License-Identifier: Apache-2.0
#include "test/kubernetes/memory_loop.hpp"

#include "cmd/kubesim/server/wire.hpp"

#include <algorithm>
#include <stdexcept>

namespace catena::following {

namespace asio = boost::asio;
using http::Failure;
using http::FailureKind;

namespace {

constexpr Duration kHead = http::HttpTimeouts().head;

kubesim::ApiRequest request_of(const http::HttpRequest& asked) {
  kubesim::ApiRequest request;
  const std::size_t mark = std::min(asked.target.find('?'), asked.target.size());
  const std::string_view query = std::string_view(asked.target).substr(mark);
  request.method = asked.method;
  request.path = asked.target.substr(0, mark);
  request.query = kubesim::parse_query(query.substr(std::min<std::size_t>(1, query.size())));
  for (const auto& [name, value] : asked.fields) {
    if (name == "Accept") request.accept = value;
  }
  return request;
}

}  // namespace

MemoryLoop::MemoryLoop(ApiNetwork& network) : network_(network) { network_.loops_.push_back(this); }

MemoryLoop::~MemoryLoop() { std::erase(network_.loops_, this); }

std::unique_ptr<http::Connection> MemoryLoop::connection() {
  return std::make_unique<MemoryConnection>(*this);
}

void MemoryLoop::join() {
  if (!running()) return;
  while (state_ != State::ended) {
    if (turn() == 0) throw std::logic_error("a client of the API server does not end");
  }
  state_ = State::joined;
}

std::size_t MemoryLoop::turn() {
  if (state_ != State::running) return 0;
  for (MemoryConnection* one : connections_) one->tell_of_events();
  context_.restart();
  const std::size_t steps = context_.poll();
  return steps + (state_ == State::running ? deadlines_.run_due(network_.clock_.now()) : 0);
}

TimePoint MemoryLoop::next() const {
  return state_ == State::running ? deadlines_.next() : TimePoint::max();
}

MemoryConnection::MemoryConnection(MemoryLoop& loop) : loop_(loop), timer_(loop.deadlines()) {
  loop_.connections_.push_back(this);
}

MemoryConnection::~MemoryConnection() {
  forget_answer();
  std::erase(loop_.connections_, this);
}

asio::awaitable<http::HttpResult<void>> MemoryConnection::connect(http::Origin) {
  forget_answer();
  broken_.reset();
  co_await pause(Duration::zero());
  if (broken_) co_return *broken_;
  if (!network().reachable) co_return fail(FailureKind::unreachable, "connection refused");
  connected_ = true;
  co_return http::HttpResult<void>{};
}

asio::awaitable<http::HttpResult<http::ResponseHead>> MemoryConnection::send(
    const http::HttpRequest& request) {
  if (!open()) co_return fail(FailureKind::broken, "the connection is not open");
  under_way_ = true;
  held_up_ = network().silent;
  co_await pause(held_up_ ? kHead : network().delay);
  if (broken_) co_return *broken_;
  if (network().silent) co_return fail(FailureKind::timeout, "the server is silent");
  const kubesim::ApiRequest asked = request_of(request);
  const kubesim::Answer answer = network().server().api().handle(asked);
  co_return take(asked, answer);
}

// A question about one object has a limit, and a list in pages is none of one moment.
http::ResponseHead MemoryConnection::take(const kubesim::ApiRequest& request,
                                          const kubesim::Answer& answer) {
  http::ResponseHead head;
  head.status = 200;
  const bool list = std::holds_alternative<kubesim::Response>(answer);
  if (list ? request.parameter("limit").empty() : request.flag("sendInitialEvents")) {
    state_ = State{request.path, network().asked_for_state(), list};
  }
  if (const auto* response = std::get_if<kubesim::Response>(&answer)) {
    head.status = response->status;
    if (head.status != 200) state_.reset();
    head.fields = {{"Content-Type", response->content_type}};
    if (response->retry_after > 0) {
      head.fields.emplace_back("Retry-After", std::to_string(response->retry_after));
    }
    put(response->body);
    return head;
  }
  watch_ = std::get<std::shared_ptr<kubesim::Watch>>(answer);
  watched_ = &network().server();
  watch_until_ = now() + watch_->settings().timeout;
  const bool protobuf = watch_->settings().form == kubesim::Form::Protobuf;
  head.fields = {{"Content-Type", protobuf ? "application/vnd.kubernetes.protobuf;stream=watch"
                                           : "application/json"}};
  return head;
}

void MemoryConnection::put(std::string body) {
  body_ = network().garbage ? kubesim::broken(std::move(body)) : std::move(body);
  given_ = 0;
  ending_ = network().ending;
  if (ending_ != Ending::whole) body_.resize(body_.size() / 2);
  if (network().garbage || ending_ != Ending::whole) state_.reset();
  network().bytes_ += body_.size();
}

asio::awaitable<http::HttpResult<std::string_view>> MemoryConnection::read_body(Duration silence) {
  const TimePoint patience = now() + silence;
  while (!broken_) {
    if (given_ < body_.size()) {
      const std::string_view piece = std::string_view(body_).substr(given_, network().piece);
      given_ += piece.size();
      co_return piece;
    }
    if (ending_ == Ending::cut) co_return fail(FailureKind::broken, "connection reset");
    if (state_ && state_->whole) tell_state();
    const bool stalled = ending_ == Ending::stalled;
    if (!stalled && (!watch_ || (!take_event() && watch_over()))) {
      const bool abrupt = watch_ && watch_->ended() == kubesim::Watch::End::Abrupt;
      if (abrupt) co_return fail(FailureKind::broken, "connection reset");
      forget_answer();
      co_return std::string_view{};
    }
    co_await wait_for_event(patience);
    if (!broken_ && !event_ && now() >= patience) {
      co_return fail(FailureKind::timeout, "the server is silent");
    }
    if (event_) put_event();
  }
  co_return *broken_;
}

void MemoryConnection::put_event() {
  const kubesim::Watch::Event event = *std::exchange(event_, std::nullopt);
  const bool last = event.type == kubesim::Watch::Event::Type::InitialEnd;
  if (state_ && last) state_->whole = true;
  put(watched_->api().write_event(*watch_, event));
}

void MemoryConnection::tell_state() {
  network().state_told(loop_, state_->path, state_->when);
  state_.reset();
}

// Longer than that it need not be there: the connection may have broken.
asio::awaitable<void> MemoryConnection::wait_for_event(TimePoint patience) {
  if (!event_) {
    co_await timer_.until(watch_ ? std::min(patience, watch_until_) : patience);
    co_return;
  }
  if (network().delay > Duration::zero()) co_await pause(network().delay);
}

asio::awaitable<void> MemoryConnection::pause(Duration time) {
  co_await timer_.until(now() + time);
}

Failure MemoryConnection::fail(FailureKind kind, std::string text) {
  forget_answer();
  connected_ = false;
  return {kind, std::move(text)};
}

void MemoryConnection::close() { break_off(FailureKind::stopped); }

void MemoryConnection::break_off(FailureKind kind) {
  broken_ = fail(kind, kind == FailureKind::stopped ? "stopped" : "connection reset");
  timer_.give_up();
}

// A watch that hangs tells nothing, and does not end.
bool MemoryConnection::take_event() {
  if (!event_ && !network().silent) event_ = watch_->next();
  return event_.has_value();
}

bool MemoryConnection::watch_over() const {
  if (network().silent) return false;
  return watch_->ended() != kubesim::Watch::End::Open || now() >= watch_until_;
}

void MemoryConnection::tell_of_events() {
  if (held_up_ && !network().silent) {
    held_up_ = false;
    timer_.give_up();
  }
  const bool waits = watch_ && timer_.waits() && !event_ && ending_ != Ending::stalled;
  if (waits && (take_event() || watch_over())) timer_.give_up();
}

void MemoryConnection::end_watch() {
  if (watch_) watch_->end(kubesim::Watch::End::Clean);
}

void MemoryConnection::bookmark() {
  if (!watch_) return;
  watch_->push({kubesim::Watch::Event::Type::Bookmark, nullptr, watched_->version(), nullptr});
}

void MemoryConnection::forget_answer() {
  if (watch_) watched_->cluster().watches.remove(watch_);
  watch_.reset();
  event_.reset();
  state_.reset();
  body_.clear();
  given_ = 0;
  ending_ = Ending::whole;
  under_way_ = held_up_ = false;
}

}  // namespace catena::following
