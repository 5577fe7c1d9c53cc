// SPDX-License-Identifier: Apache-2.0
#include "test/sim/worlds/stream_client.hpp"

#include "test/sim/world.hpp"
#include "test/sim/worlds/frames.hpp"
#include "test/sim/worlds/question.hpp"

#include <algorithm>

namespace catena::sim {

void StreamClient::ask(Asked asked) {
  if (finished_) return;
  const auto size = two_bytes(asked.message.size());
  stream_.insert(stream_.end(), size.begin(), size.end());
  stream_.insert(stream_.end(), asked.message.begin(), asked.message.end());
  places_.push_back({stream_.size(), asked.id()});
  asked_[asked.id()] = std::move(asked);
}

void StreamClient::send(std::size_t bytes) {
  const std::size_t size = std::min(bytes, stream_.size() - sent_);
  if (size == 0 || finished_ || reset_) return;
  end_->send(std::span(stream_).subspan(sent_, size));
  sent_ += size;
}

void StreamClient::take(std::size_t bytes) {
  const std::vector<std::uint8_t> some = end_->take(bytes);
  taken_ += some.size();
  incoming_.insert(incoming_.end(), some.begin(), some.end());
  if (!reset_) check_messages();
}

void StreamClient::check_messages() {
  std::size_t at = 0;
  while (const auto first = first_message(std::span(incoming_).subspan(at))) {
    const std::span<const std::uint8_t> message = *first;
    expect(message.size() >= 12, "a message of {} bytes", message.size());
    const auto id = static_cast<std::uint16_t>(message[0] << 8 | message[1]);
    const auto asked = asked_.find(id);
    expect(asked != asked_.end(), "an answer to {}, which nobody asked here", id);
    check_answer(asked->second, message, Carried::in_stream);
    at += 2 + message.size();
    if (is_refusal(message)) {
      asked->second.answered = owed(asked->second, Carried::in_stream);
      continue;
    }
    ++asked->second.answered;
    const std::size_t most = asked->second.garbled ? 1 : owed(asked->second, Carried::in_stream);
    expect(asked->second.answered <= most, "{}: too many answers", asked->second.script.name());
  }
  incoming_.erase(incoming_.begin(), incoming_.begin() + static_cast<std::ptrdiff_t>(at));
}

void StreamClient::finish() {
  finished_ = true;
  end_->finish();
}

void StreamClient::reset() {
  reset_ = true;
  end_->reset();
}

bool StreamClient::be_kind() {
  const std::size_t before = end_->carried();
  end_->limit_reads(SIZE_MAX);
  send(SIZE_MAX);
  take(SIZE_MAX);
  return end_->carried() != before;
}

std::size_t StreamClient::missing() const {
  if (reset_) return 0;
  const std::size_t read = sent_ - end_->unread();
  std::size_t missing = 0;
  for (const Place& place : places_) {
    if (place.end > read) break;
    const Asked& asked = asked_.at(place.id);
    const std::size_t due = owed(asked, Carried::in_stream);
    missing += due - std::min(due, asked.answered);
  }
  return missing;
}

}  // namespace catena::sim
