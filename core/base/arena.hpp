// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace catena {

/// Memory that lives as long as one query: taken piece by piece, given back all at once. The first
/// block is kept between queries, so a query of ordinary size allocates nothing. Holds only
/// trivially destructible things. One thread.
class Arena {
 public:
  /// What one query may take in all; answers beyond 64 KiB of wire need no more than this.
  static constexpr std::size_t kLimit = 1024 * 1024;

  explicit Arena(std::size_t first_block = 4096);
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  /// Null when the limit is reached, which exhausted() then remembers.
  void* take(std::size_t size, std::size_t alignment = alignof(std::max_align_t)) {
    const std::size_t start = (used_ + alignment - 1) & ~(alignment - 1);
    if (start + size > block_size_) return take_from_new_block(size);
    used_ = start + size;
    return block_ + start;
  }

  /// An uninitialised array; empty when the limit is reached.
  template <class T>
  std::span<T> array(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    void* memory = take(count * sizeof(T), alignof(T));
    if (memory == nullptr) return {};
    return {static_cast<T*>(memory), count};
  }

  /// One thing, made of `arguments`; null when the limit is reached.
  template <class T, class... Arguments>
  T* make(Arguments&&... arguments) {
    static_assert(std::is_trivially_destructible_v<T>);
    void* memory = take(sizeof(T), alignof(T));
    return memory == nullptr ? nullptr : new (memory) T(std::forward<Arguments>(arguments)...);
  }

  /// array() for whoever can do with less: a limit that is reached here leaves no trace.
  template <class T>
  std::span<T> array_if_room(std::size_t count) {
    const bool before = exhausted_;
    const std::span<T> room = array<T>(count);
    exhausted_ = before;
    return room;
  }

  /// Whether somebody has asked for more than there was since the last reset(): what was to be made
  /// of it is missing somewhere, whether or not its maker has noticed.
  bool exhausted() const { return exhausted_; }

  /// A copy of bytes; empty when the limit is reached.
  std::span<std::uint8_t> copy(std::span<const std::uint8_t> bytes);
  std::string_view copy(std::string_view text);

  /// How much is taken at a moment. Good until the next reset(), or a release() of an earlier one.
  class Mark {
    friend class Arena;
    std::size_t block = 0;
    std::size_t used = 0;
    std::size_t total = 0;
    bool exhausted = false;
  };
  Mark mark() const;

  /// Gives back all that has been taken since `mark`, and forgets what was asked for in vain.
  void release(const Mark& mark);

  /// Forgets everything; keeps the first block and, up to kKeep bytes, the largest later one.
  void reset();

 private:
  static constexpr std::size_t kKeep = 128 * 1024;
  struct Block {
    std::unique_ptr<std::byte[]> memory;
    std::size_t size;
  };
  void* take_from_new_block(std::size_t size);
  void use(const Block& block);

  std::vector<Block> blocks_;
  std::size_t current_ = 0;  ///< The block in use; later ones are spare.
  std::byte* block_ = nullptr;
  std::size_t block_size_ = 0;
  std::size_t used_ = 0;
  std::size_t total_ = 0;
  bool exhausted_ = false;
};

}  // namespace catena
