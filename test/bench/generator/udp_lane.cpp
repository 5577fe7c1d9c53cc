// SPDX-License-Identifier: Apache-2.0
#include "test/bench/generator/udp_lane.hpp"

#include "test/bench/segments.hpp"

#include <unistd.h>

namespace catena::bench {

UdpLane::UdpLane(const Settings& settings, Questions& questions)
    : Lane(settings, questions), descriptor_(open_client_socket(settings.server)) {}

UdpLane::~UdpLane() { close(descriptor_); }

bool UdpLane::receive(Tally& tally) {
  if (open() == 0) return false;
  const std::size_t count = in_.receive(descriptor_, MSG_DONTWAIT);
  for (std::size_t i = 0; i < count; ++i) take(in_.view(i), tally);
  return count != 0;
}

void UdpLane::ask(std::size_t count, Pace& pace) {
  while (count > 0) {
    const std::size_t batch = std::min(count, Datagrams::kMost);
    for (std::size_t i = 0; i < batch; ++i) out_.set_size(i, next(out_.bytes(i), pace));
    settings_.segments ? send_cut(batch) : out_.send(descriptor_, batch);
    count -= batch;
  }
}

// Runs of questions of one size leave in one send each.
void UdpLane::send_cut(std::size_t count) {
  for (std::size_t first = 0; first < count;) {
    std::array<iovec, kMostSegments> parts;
    std::size_t run = 0;
    while (first + run < count && out_.size(first + run) == out_.size(first)) {
      parts[run] = {out_.bytes(first + run), out_.size(first + run)};
      ++run;
    }
    msghdr message{};
    message.msg_iov = parts.data();
    message.msg_iovlen = run;
    Segments segments;
    if (run > 1) segments.cut(message, out_.size(first));
    sendmsg(descriptor_, &message, 0);
    first += run;
  }
}

}  // namespace catena::bench
