// SPDX-License-Identifier: Apache-2.0
#include "core/base/arena.hpp"

#include <algorithm>
#include <cstring>

namespace catena {

Arena::Arena(std::size_t first_block) {
  blocks_.push_back({std::make_unique_for_overwrite<std::byte[]>(first_block), first_block});
  use(blocks_.front());
}

void Arena::use(const Block& block) {
  block_ = block.memory.get();
  block_size_ = block.size;
  used_ = 0;
}

// A spare block that is too small is dropped, so that blocks only grow.
void* Arena::take_from_new_block(std::size_t size) {
  if (size > kLimit || total_ + size > kLimit) {
    exhausted_ = true;
    return nullptr;
  }
  while (current_ + 1 < blocks_.size() && blocks_[current_ + 1].size < size) blocks_.pop_back();
  if (current_ + 1 == blocks_.size()) {
    const std::size_t wanted = std::max(size, std::min(kKeep, 2 * block_size_));
    blocks_.push_back({std::make_unique_for_overwrite<std::byte[]>(wanted), wanted});
  }
  use(blocks_[++current_]);
  total_ += block_size_;
  used_ = size;
  return block_;
}

std::span<std::uint8_t> Arena::copy(std::span<const std::uint8_t> bytes) {
  const std::span<std::uint8_t> target = array<std::uint8_t>(bytes.size());
  if (!target.empty()) std::memcpy(target.data(), bytes.data(), bytes.size());
  return target;
}

std::string_view Arena::copy(std::string_view text) {
  const auto bytes = copy({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()});
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Arena::Mark Arena::mark() const {
  Mark mark;
  mark.block = current_;
  mark.used = used_;
  mark.total = total_;
  mark.exhausted = exhausted_;
  return mark;
}

void Arena::release(const Mark& mark) {
  current_ = mark.block;
  use(blocks_[current_]);
  used_ = mark.used;
  total_ = mark.total;
  exhausted_ = mark.exhausted;
}

void Arena::reset() {
  while (blocks_.size() > 2 || (blocks_.size() == 2 && blocks_.back().size > kKeep)) {
    const bool last_is_larger = blocks_.size() > 2 && blocks_.back().size <= kKeep;
    blocks_.erase(last_is_larger ? blocks_.end() - 2 : blocks_.end() - 1);
  }
  current_ = 0;
  total_ = 0;
  exhausted_ = false;
  use(blocks_.front());
}

}  // namespace catena
