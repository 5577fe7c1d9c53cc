// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>

namespace catena {

/// How many bytes clients may make this process hold, in all. Half of them belong to the workers in
/// equal parts, whatever the others do; the other half is lent to whoever needs it, in pieces, so
/// that no query touches memory that workers share. Any thread.
class Budget {
 public:
  static constexpr std::size_t kPiece = 64 * 1024;

  /// `shares`: workers, at least one.
  Budget(std::size_t limit, std::size_t shares) : limit_(limit), shares_(shares) {}
  Budget(const Budget&) = delete;
  Budget& operator=(const Budget&) = delete;

  std::size_t limit() const { return limit_.load(std::memory_order_relaxed); }

  /// Takes effect at once. What is held beyond a smaller one stays until it is given back.
  void set_limit(std::size_t limit) { limit_.store(limit, std::memory_order_relaxed); }

  /// What each share has for sure.
  std::size_t floor() const { return limit() / 2 / shares_; }

 private:
  friend class BudgetShare;
  bool lend(std::size_t bytes);
  void take_back(std::size_t bytes) { lent_.fetch_sub(bytes, std::memory_order_relaxed); }

  alignas(64) std::atomic<std::size_t> limit_;  // Read by all, hardly ever written.
  std::size_t shares_;
  alignas(64) std::atomic<std::size_t> lent_{0};
};

/// One worker's part of a budget, which outlives it. One thread, but used() may be asked by any.
class BudgetShare {
 public:
  explicit BudgetShare(Budget& budget) : budget_(budget) {}
  ~BudgetShare() { budget_.take_back(borrowed_); }
  BudgetShare(const BudgetShare&) = delete;
  BudgetShare& operator=(const BudgetShare&) = delete;

  /// False, and nothing done, where there is no room for so many bytes.
  [[nodiscard]] bool take(std::size_t bytes);

  /// Gives back what was taken.
  void give(std::size_t bytes);

  std::size_t used() const { return used_.load(std::memory_order_relaxed); }

 private:
  Budget& budget_;
  std::size_t borrowed_ = 0;  // Whole pieces.
  alignas(64) std::atomic<std::size_t> used_{0};
};

}  // namespace catena
