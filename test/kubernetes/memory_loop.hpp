// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/net/timer.hpp"

#include "test/kubernetes/api_network.hpp"

#include <optional>
#include <string>

namespace catena::following {

/// A client's loop, turned by its network.
class MemoryLoop final : public kubernetes::api::ApiLoop {
 public:
  explicit MemoryLoop(ApiNetwork& network);
  ~MemoryLoop() override;
  MemoryLoop(const MemoryLoop&) = delete;
  MemoryLoop& operator=(const MemoryLoop&) = delete;

  boost::asio::io_context& context() override { return context_; }
  net::Deadlines& deadlines() override { return deadlines_; }
  std::unique_ptr<http::Connection> connection() override;
  double fraction() override { return network_.fraction(); }
  void start() override { state_ = State::running; }
  void end() override { state_ = State::ended; }
  /// Throws std::logic_error where it does not end by itself.
  void join() override;
  bool running() const override { return state_ == State::running || state_ == State::ended; }

  std::size_t turn();
  TimePoint next() const;
  const std::vector<MemoryConnection*>& connections() const { return connections_; }

 private:
  friend class MemoryConnection;
  enum class State : std::uint8_t { idle, running, ended, joined };

  ApiNetwork& network_;
  net::Deadlines deadlines_;
  boost::asio::io_context context_{1};
  std::vector<MemoryConnection*> connections_;
  State state_ = State::idle;
};

/// One connection of a client; its server is whichever is there when a request comes.
class MemoryConnection final : public http::Connection {
 public:
  explicit MemoryConnection(MemoryLoop& loop);
  ~MemoryConnection() override;
  MemoryConnection(const MemoryConnection&) = delete;
  MemoryConnection& operator=(const MemoryConnection&) = delete;

  boost::asio::awaitable<http::HttpResult<void>> connect(http::Origin server) override;
  boost::asio::awaitable<http::HttpResult<http::ResponseHead>> send(
      const http::HttpRequest& request) override;
  boost::asio::awaitable<http::HttpResult<std::string_view>> read_body(Duration silence) override;
  bool open() const override { return connected_ && !under_way_; }
  void close() override;

  /// Whoever waits for an event goes on where there is one.
  void tell_of_events();

  void end_watch();
  void break_off(http::FailureKind kind);
  void bookmark();

 private:
  ApiNetwork& network() const { return loop_.network_; }
  TimePoint now() const { return network().clock_.now(); }
  boost::asio::awaitable<void> pause(Duration time);
  http::Failure fail(http::FailureKind kind, std::string text);
  http::ResponseHead take(const kubesim::ApiRequest& request, const kubesim::Answer& answer);
  void put(std::string body);
  bool take_event();
  boost::asio::awaitable<void> wait_for_event(TimePoint patience);
  bool watch_over() const;
  void put_event();
  void tell_state();
  void forget_answer();

  MemoryLoop& loop_;
  net::Timer timer_;
  bool connected_ = false;
  bool under_way_ = false;               // An answer has not come to its end.
  bool held_up_ = false;                 // A silent server has not looked at the request.
  std::optional<http::Failure> broken_;  // For whoever waits.

  std::string body_;  // What is to come.
  std::size_t given_ = 0;
  Ending ending_ = Ending::whole;  // Behind that.
  std::shared_ptr<kubesim::Watch> watch_;
  Server* watched_ = nullptr;
  TimePoint watch_until_{};
  std::optional<kubesim::Watch::Event> event_;  // The next one.
  struct State {
    std::string path;
    std::uint64_t when;
    bool whole;  // The rest of it is on its way.
  };
  std::optional<State> state_;  // That this answer has, until it has been read.
};

}  // namespace catena::following
