// SPDX-License-Identifier: Apache-2.0
#include "core/server/udp_slots.hpp"

#include <algorithm>

namespace catena::server {

void UdpSlot::finished(Outcome outcome) { slots_.release(*this, outcome); }

std::span<const std::uint8_t> UdpSlot::keep(std::span<const std::uint8_t> message) {
  long_ = {};
  if (message.size() > kUsual) {
    long_.assign(message.begin(), message.end());
    return long_;
  }
  std::copy(message.begin(), message.end(), usual_.begin());
  return std::span(usual_).first(message.size());
}

UdpSlots::~UdpSlots() = default;

std::unique_ptr<UdpSlot> UdpSlots::take() {
  if (spare_.empty()) return std::make_unique<UdpSlot>(dispatcher_, *this);
  std::unique_ptr<UdpSlot> slot = std::move(spare_.back());
  spare_.pop_back();
  return slot;
}

void UdpSlots::park(std::unique_ptr<UdpSlot> slot) {
  slot->place = parked_.size();
  parked_.push_back(std::move(slot));
}

void UdpSlots::release(UdpSlot& slot, Outcome outcome) {
  if (outcome == Outcome::respond) {
    output_.add(dispatcher_.write(slot, output_.room(slot.outlet)).size(), slot.peer);
  }
  const std::size_t place = slot.place;
  std::unique_ptr<UdpSlot> owned = std::move(parked_[place]);
  if (place + 1 != parked_.size()) {
    parked_[place] = std::move(parked_.back());
    parked_[place]->place = place;
  }
  parked_.pop_back();
  if (spare_.size() < kSpare) spare_.push_back(std::move(owned));
}

}  // namespace catena::server
