// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "test/bench/datagrams.hpp"
#include "test/bench/generator/lane.hpp"

namespace catena::bench {

/// A connected UDP socket: batches of questions and of answers.
class UdpLane final : public Lane {
 public:
  UdpLane(const Settings& settings, Questions& questions);
  ~UdpLane() override;

  int descriptor() const override { return descriptor_; }
  bool receive(Tally& tally) override;
  void ask(std::size_t count, Pace& pace) override;

 private:
  void send_cut(std::size_t count);

  int descriptor_;
  Datagrams in_{Datagrams::Peers::one};
  Datagrams out_{Datagrams::Peers::one};
};

}  // namespace catena::bench
