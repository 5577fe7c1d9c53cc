// SPDX-License-Identifier: Apache-2.0
#include "test/bench/generator/ledger.hpp"

#include <algorithm>
#include <bit>

namespace catena::bench {
namespace {

constexpr std::size_t kMost = 65536;
constexpr unsigned kResponse = 0x80, kTruncated = 0x02;

bool is_right(const Questions& questions, const Questions::Asked& asked, Bytes message, int rcode) {
  if (!questions.same(asked, message) || (message[2] & kResponse) == 0) return false;
  if ((message[2] & kTruncated) != 0 || (message[3] & 15) != rcode) return false;
  const bool has_records = (message[6] | message[7]) != 0;
  return has_records || rcode != 0;
}

}  // namespace

Ledger::Ledger(std::size_t most) : most_(std::min(most, kMost)), slots_(std::bit_ceil(most_)) {
  for (std::size_t place = slots_.size(); place-- > 0;) {
    slots_[place].id = static_cast<std::uint16_t>(place);
    free_.push_back(static_cast<std::uint16_t>(place));
  }
}

std::size_t Ledger::ask(Questions& questions, unsigned char* message, Nanoseconds due) {
  Slot& slot = slots_[free_.back()];
  free_.pop_back();
  slot.id = static_cast<std::uint16_t>(slot.id + slots_.size());
  slot.due = due;
  return questions.next(message, slot.id, slot.asked);
}

void Ledger::take(const Questions& questions, Bytes message, int rcode, Tally& tally) {
  if (message.size() < kHeader) return void(++tally.stray);
  const std::size_t id = static_cast<std::size_t>(message[0] << 8 | message[1]);
  const std::size_t place = id & (slots_.size() - 1);
  Slot& slot = slots_[place];
  if (slot.due == 0 || slot.id != id) return void(++tally.stray);
  ++tally.rcodes[message[3] & 15];
  ++(is_right(questions, slot.asked, message, rcode) ? tally.answers : tally.wrong);
  tally.took.add(now() - slot.due);
  close(place);
}

std::size_t Ledger::give_up(Nanoseconds before) {
  std::size_t count = 0;
  for (std::size_t place = 0; place < slots_.size(); ++place) {
    if (slots_[place].due == 0 || slots_[place].due >= before) continue;
    close(place);
    ++count;
  }
  return count;
}

void Ledger::close(std::size_t place) {
  slots_[place].due = 0;
  free_.push_back(static_cast<std::uint16_t>(place));
}

}  // namespace catena::bench
