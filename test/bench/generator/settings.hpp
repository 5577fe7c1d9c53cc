// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <netinet/in.h>
#include <optional>
#include <string>
#include <vector>

namespace catena::bench {

/// Of the monotonic clock.
using Nanoseconds = std::int64_t;
Nanoseconds now();

/// How long an answer may take before its question counts as lost.
constexpr Nanoseconds kPatience = 500'000'000;

enum class Transport { udp, tcp, tls };

/// What to ask whom, and how. Only addresses of this host are taken: nobody else is to be flooded.
struct Settings {
  sockaddr_in server{};
  std::string questions;  ///< A file.
  Transport transport = Transport::udp;
  std::string server_name = "localhost";  ///< That TLS asks for (SNI).
  std::size_t sockets = 8;                ///< Or connections.
  std::size_t window = 200;               ///< Open at once, over all sockets; without a rate only.
  double rate = 0;                        ///< Questions a second, whatever comes back.
  double warm_seconds = 0.3;
  double seconds = 2;
  int rcode = 0;        ///< Of right answers.
  bool unique = false;  ///< A label of its own in front of each name.
  bool wait = false;    ///< Sleeps until there is something to do instead of looking all the time.
  bool segments = false;     ///< One send for a batch of questions of one size (UDP_SEGMENT).
  std::vector<int> servers;  ///< Processes whose CPU time is the cost.
  std::vector<int> beside;   ///< Others that belong to the measurement.
};

/// Nothing if the words make no sense, after saying so.
std::optional<Settings> read_settings(int count, char** words);

}  // namespace catena::bench
