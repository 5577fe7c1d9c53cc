// SPDX-License-Identifier: Apache-2.0
#include "test/sim/worlds/askers.hpp"

#include "core/dns/message.hpp"

#include "test/sim/world.hpp"
#include "test/sim/worlds/frames.hpp"
#include "test/sim/worlds/question.hpp"

#include <algorithm>
#include <utility>

namespace catena::sim {

void Askers::ask(std::vector<std::uint8_t> message, Protocol protocol) {
  Asked& asked = asked_.emplace_back();
  asked.message = std::move(message);
  const asio::ip::udp::endpoint client(asio::ip::make_address("203.0.113.7"), 4000);
  if (protocol == Protocol::udp) {
    expect(house_.send(client, asked.message), "nobody listens");
    return;
  }
  asked.peer = house_.connect(client);
  asked.peer->send(two_bytes(asked.message.size()));
  asked.peer->send(asked.message);
}

void Askers::take_answers() {
  for (const net::MemoryDatagram& datagram : std::exchange(house_.delivered, {})) {
    take(datagram.bytes);
  }
  for (Asked& asked : asked_) {
    if (asked.peer) take_from(asked);
  }
}

void Askers::take_from(Asked& asked) {
  const std::vector<std::uint8_t> taken = asked.peer->take();
  asked.incoming.insert(asked.incoming.end(), taken.begin(), taken.end());
  if (!first_message(asked.incoming)) return;
  take(std::span(asked.incoming).subspan(2));
  asked.peer.reset();
}

void Askers::take(std::span<const std::uint8_t> answer) {
  expect(answer.size() >= dns::kHeaderSize && (answer[2] & 0x80) != 0, "no answer");
  const std::size_t number = answer[0] * 256u + answer[1];
  expect(number < asked_.size(), "an answer to {}, which nobody asked", number);
  Asked& asked = asked_[number];
  const auto question = std::span(asked.message).subspan(dns::kHeaderSize);
  const bool same = answer.size() >= asked.message.size() &&
                    std::equal(question.begin(), question.end(), answer.begin() + dns::kHeaderSize);
  expect(same, "{}: another question came back", number);
  expect(!std::exchange(asked.answered, true), "{}: too many answers", number);
  take_(number, answer);
}

void Askers::check_all_answered() const {
  for (std::size_t number = 0; number < size(); ++number) {
    expect(answered(number), "{}: never answered", number);
  }
}

}  // namespace catena::sim
