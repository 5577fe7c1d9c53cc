// SPDX-License-Identifier: Apache-2.0
#include "core/base/lent.hpp"

#ifndef NDEBUG

#include <algorithm>
#include <cstddef>
#include <sys/mman.h>
#include <unistd.h>

namespace catena::epoch {
namespace {

/// What one thread has lent. Copies lie in pages of one stretch of addresses: those of this turn
/// can be read and written, no others. An address comes again after half a stretch at the earliest.
class Loans {
 public:
  Loans() = default;
  Loans(const Loans&) = delete;
  Loans& operator=(const Loans&) = delete;
  ~Loans() {
    if (pages_ != nullptr) ::munmap(pages_, kSize);
  }

  /// What does not fit is lent as it is.
  std::span<const std::uint8_t> lend(std::span<const std::uint8_t> bytes) {
    if (!has_turns_ || bytes.empty() || !open(bytes.size())) return bytes;
    std::uint8_t* copy = pages_ + end_;
    std::copy(bytes.begin(), bytes.end(), copy);
    end_ += bytes.size();
    return {copy, bytes.size()};
  }

  void end_turn() {
    has_turns_ = true;
    if (end_ == begin_) return;
    ::mprotect(pages_ + begin_, open_ - begin_, PROT_NONE);
    ::madvise(pages_ + begin_, open_ - begin_, MADV_DONTNEED);
    if (open_ > kSize / 2) open_ = 0;
    begin_ = end_ = open_;
  }

 private:
  static constexpr std::size_t kSize = 64 * 1024 * 1024;

  /// Room for so many bytes behind those of this turn.
  bool open(std::size_t bytes) {
    if (pages_ == nullptr && !reserve()) return false;
    if (bytes <= open_ - end_) return true;
    if (bytes > kSize - end_) return false;
    const std::size_t page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const std::size_t wanted = (end_ + bytes + page - 1) / page * page;
    if (::mprotect(pages_ + open_, wanted - open_, PROT_READ | PROT_WRITE) != 0) return false;
    open_ = wanted;
    return true;
  }

  bool reserve() {
    constexpr int kFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void* pages = ::mmap(nullptr, kSize, PROT_NONE, kFlags, -1, 0);
    if (pages == MAP_FAILED) return false;
    pages_ = static_cast<std::uint8_t*>(pages);
    return true;
  }

  std::uint8_t* pages_ = nullptr;
  std::size_t begin_ = 0;  // Of this turn; at a page.
  std::size_t end_ = 0;    // Behind the last copy.
  std::size_t open_ = 0;   // Behind the last page that can be read.
  bool has_turns_ = false;
};

// A loan belongs to the turn of a thread, which whoever lends has no hold of.
Loans& loans() {
  thread_local Loans of_this_thread;
  return of_this_thread;
}

}  // namespace

std::span<const std::uint8_t> lend(std::span<const std::uint8_t> bytes) {
  return loans().lend(bytes);
}

void end_loans() { loans().end_turn(); }

}  // namespace catena::epoch

#endif
