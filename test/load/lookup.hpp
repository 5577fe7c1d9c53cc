// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "test/load/names.hpp"

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <netinet/in.h>
#include <string>
#include <vector>

namespace catena::load {

using Clock = std::chrono::steady_clock;

/// A socket for each lookup; a connection for each; connections that are kept for the next.
enum class Way : std::size_t { udp, tcp, kept };
constexpr std::array<const char*, 3> kWays{"udp", "tcp", "kept"};

/// What became of the questions that went one way.
struct Tally {
  std::uint64_t asked = 0, right = 0, failed = 0, wrong = 0;
  std::uint64_t lost_first = 0;                  ///< No answer to the first try.
  std::uint64_t lost = 0;                        ///< Nor to the second.
  std::map<std::string, std::uint64_t> reasons;  ///< Why first tries were lost.
  Clock::duration longest{};                     ///< Until a first try's answer.
};

struct Settings {
  sockaddr_in server{};
  Clock::duration timeout = std::chrono::seconds(2);
  int poller = -1;  ///< epoll
};

/// Connections that nobody uses now.
class Kept {
 public:
  ~Kept();
  /// One that is still open, or -1. A server may end them while nothing is asked.
  int take();
  void give(int connection);

 private:
  static constexpr std::size_t kMost = 64;
  std::vector<int> idle_;
};

/// A and AAAA of one name, sent together from one socket. What is not answered in time, or whose
/// connection ends, is asked a second time: over the same UDP socket, or a new connection.
class Lookup {
 public:
  Lookup(const Settings& settings, Kept& kept, const Name& name, Way way, Tally& tally);
  ~Lookup();
  Lookup(const Lookup&) = delete;
  Lookup& operator=(const Lookup&) = delete;

  void start();
  void on_event();
  void on_timeout();

  bool done() const { return done_; }
  Clock::time_point deadline() const { return started_ + settings_.timeout; }

 private:
  struct Question {
    std::uint16_t id = 0;
    bool answered = false;
  };

  bool open();
  bool connect();
  void watch(int events, int operation);
  void send();
  std::string unanswered() const;
  void receive_datagrams();
  void receive_stream();
  bool take_messages();
  void take(Bytes message);
  void count(Worth worth);
  void fail(const char* reason);
  void finish();
  bool is_stream() const { return way_ != Way::udp; }

  const Settings& settings_;
  Kept& kept_;
  const Name& name_;
  const Way way_;
  Tally& tally_;
  int socket_ = -1;
  bool ready_ = false;  // To send.
  bool done_ = false;
  int attempt_ = 0;
  Clock::time_point started_;
  std::array<Question, 2> questions_;
  std::string in_;
};

}  // namespace catena::load
