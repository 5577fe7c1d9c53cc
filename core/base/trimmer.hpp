// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>

namespace catena {

/// Gives the memory of a peak back to the kernel once it is over: the allocator would keep it for
/// the next one. Looks again and again at how much is in use, and trims when that has fallen by
/// half and stayed there until the next look. One thread.
class Trimmer {
 public:
  using Used = std::function<std::size_t()>;

  /// `used` is in bytes; `trim` gives back what is free.
  Trimmer(Used used, std::function<void()> trim) : used_(std::move(used)), trim_(std::move(trim)) {}

  void look();

 private:
  Used used_;
  std::function<void()> trim_;
  std::size_t peak_ = 0;  // Since the last trim.
  bool calm_ = false;     // It was over at the last look.
};

/// Gives all whole pages that no allocation uses back to the kernel, in every arena. Whoever
/// allocates meanwhile waits for it.
void return_free_memory();

}  // namespace catena
