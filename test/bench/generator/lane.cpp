// SPDX-License-Identifier: Apache-2.0
#include "test/bench/generator/lane.hpp"

#include "test/bench/generator/stream_lane.hpp"
#include "test/bench/generator/udp_lane.hpp"

namespace catena::bench {
namespace {

// At a rate there is no window; more than this on one socket means that nobody answers.
constexpr std::size_t kMostAtARate = 8192;

std::size_t most(const Settings& settings) {
  return settings.rate > 0 ? kMostAtARate : settings.window / settings.sockets;
}

}  // namespace

Lane::Lane(const Settings& settings, Questions& questions)
    : settings_(settings), questions_(questions), ledger_(most(settings)) {}

std::unique_ptr<Lane> Lane::make(const Settings& settings, Questions& questions) {
  if (settings.transport == Transport::udp) return std::make_unique<UdpLane>(settings, questions);
  return std::make_unique<StreamLane>(settings, questions);
}

}  // namespace catena::bench
