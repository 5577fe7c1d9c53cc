// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/store/endpoint_index.hpp"

#include <algorithm>
#include <bit>
#include <memory>

namespace catena::kubernetes {
namespace {

constexpr std::size_t kSmallest = 16;

// A slot: the hash above, the service's number below. Numbers that no service has mark slots where
// nothing is and where something was.
constexpr std::uint32_t kFree = 0;
constexpr std::uint32_t kTombstone = 1;
constexpr std::uint32_t kFirstNumber = 2;

constexpr std::uint64_t slot_of(std::uint32_t hash, std::uint32_t number) {
  return std::uint64_t{hash} << 32 | number;
}
constexpr std::uint32_t number_in(std::uint64_t slot) { return static_cast<std::uint32_t>(slot); }
constexpr std::uint32_t hash_in(std::uint64_t slot) {
  return static_cast<std::uint32_t>(slot >> 32);
}

template <class T>
std::atomic<T>& slot_at(std::vector<std::atomic<T>>& slots, std::size_t at) {
  return slots[at & (slots.size() - 1)];
}

template <class T>
const std::atomic<T>& slot_at(const std::vector<std::atomic<T>>& slots, std::size_t at) {
  return slots[at & (slots.size() - 1)];
}

bool has_endpoint(const ServiceEntry& service, Key address) {
  const ServiceState* state = service.state();
  return state != nullptr &&
         std::any_of(state->slices.begin(), state->slices.end(),
                     [address](const Slice* slice) { return slice->contains(address); });
}

}  // namespace

EndpointIndex::EndpointIndex(epoch::Domain& epoch)
    : epoch_(epoch),
      table_(new Table<Slot>(kSmallest)),
      numbered_(new Table<Numbered>(kSmallest)),
      next_number_(kFirstNumber) {}

EndpointIndex::~EndpointIndex() {
  delete table_.load(std::memory_order_relaxed);
  delete numbered_.load(std::memory_order_relaxed);
}

std::uint32_t EndpointIndex::hash(Key address) const {
  return static_cast<std::uint32_t>(hash_(address));
}

void EndpointIndex::add(Key address, ServiceEntry& service) {
  reserve_one();
  const std::uint32_t number = number_of(service);
  ++service.endpoint_addresses;
  const std::uint32_t hashed = hash(address);
  auto& slots = table_.load(std::memory_order_relaxed)->slots;
  std::size_t at = hashed;
  std::uint64_t old = slot_at(slots, at).load(std::memory_order_relaxed);
  while (number_in(old) > kTombstone) {
    old = slot_at(slots, ++at).load(std::memory_order_relaxed);
  }
  slot_at(slots, at).store(slot_of(hashed, number), std::memory_order_release);
  if (number_in(old) == kFree) ++used_;
  ++size_;
}

void EndpointIndex::remove(Key address, ServiceEntry& service) {
  if (service.endpoint_addresses == 0) return;
  const std::uint32_t hashed = hash(address);
  const std::uint64_t wanted = slot_of(hashed, service.number);
  auto& slots = table_.load(std::memory_order_relaxed)->slots;
  for (std::size_t at = hashed;; ++at) {
    Slot& slot = slot_at(slots, at);
    const std::uint64_t value = slot.load(std::memory_order_relaxed);
    if (number_in(value) == kFree) return;
    if (value != wanted) continue;
    slot.store(slot_of(0, kTombstone), std::memory_order_release);
    --size_;
    if (--service.endpoint_addresses == 0) give_number_back(service);
    return;
  }
}

// A quarter of the slots stays free, so that runs are short; tombstones go when the table is made
// anew.
void EndpointIndex::reserve_one() {
  Table<Slot>* old = table_.load(std::memory_order_relaxed);
  if (4 * (used_ + 1) <= 3 * old->slots.size()) return;
  const std::size_t capacity = std::bit_ceil(std::max(kSmallest, 8 * (size_ + 1) / 5));
  auto table = std::make_unique<Table<Slot>>(capacity);
  for (const Slot& slot : old->slots) {
    const std::uint64_t value = slot.load(std::memory_order_relaxed);
    if (number_in(value) <= kTombstone) continue;
    std::size_t at = hash_in(value);
    while (slot_at(table->slots, at).load(std::memory_order_relaxed) != 0) ++at;
    slot_at(table->slots, at).store(value, std::memory_order_relaxed);
  }
  table_.store(table.release(), std::memory_order_release);
  used_ = size_;
  epoch_.retire(std::unique_ptr<Table<Slot>>(old));
}

std::uint32_t EndpointIndex::number_of(ServiceEntry& service) {
  if (service.endpoint_addresses != 0) return service.number;
  if (free_numbers_.empty()) {
    service.number = next_number_++;
  } else {
    service.number = free_numbers_.back();
    free_numbers_.pop_back();
  }
  Table<Numbered>* numbered = numbered_.load(std::memory_order_relaxed);
  if (service.number >= numbered->slots.size()) {
    auto larger = std::make_unique<Table<Numbered>>(2 * numbered->slots.size());
    for (std::size_t i = 0; i < numbered->slots.size(); ++i) {
      larger->slots[i].store(numbered->slots[i].load(std::memory_order_relaxed),
                             std::memory_order_relaxed);
    }
    epoch_.retire(std::unique_ptr<Table<Numbered>>(
        numbered_.exchange(larger.release(), std::memory_order_acq_rel)));
    numbered = numbered_.load(std::memory_order_relaxed);
  }
  numbered->slots[service.number].store(&service, std::memory_order_release);
  return service.number;
}

// A reader that still has the number in its hands finds nobody, or the next owner, who does not
// have the address.
void EndpointIndex::give_number_back(ServiceEntry& service) {
  numbered_.load(std::memory_order_relaxed)
      ->slots[service.number]
      .store(nullptr, std::memory_order_release);
  free_numbers_.push_back(service.number);
}

EndpointIndex::Iterator::Iterator(const EndpointIndex& index, Key address)
    : index_(&index),
      table_(index.table_.load(std::memory_order_acquire)),
      address_(address),
      hash_(index.hash(address)),
      next_(hash_) {
  advance();
}

void EndpointIndex::Iterator::advance() {
  while (true) {
    const std::uint64_t value = slot_at(table_->slots, next_++).load(std::memory_order_acquire);
    const std::uint32_t number = number_in(value);
    if (number == kFree) break;
    if (number == kTombstone || hash_in(value) != hash_) continue;
    // Numbers are given before slots are filled: the table of numbers is at least as new.
    const auto* numbered = index_->numbered_.load(std::memory_order_acquire);
    service_ = numbered->slots[number].load(std::memory_order_acquire);
    if (service_ != nullptr && has_endpoint(*service_, address_)) return;
  }
  service_ = nullptr;
}

}  // namespace catena::kubernetes
