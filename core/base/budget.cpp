// SPDX-License-Identifier: Apache-2.0
#include "core/base/budget.hpp"

#include <algorithm>

namespace catena {
namespace {

// What a share keeps although it does not use it, so that it does not borrow at every second query.
constexpr std::size_t kSpare = 2 * Budget::kPiece;

}  // namespace

bool Budget::lend(std::size_t bytes) {
  const std::size_t all = limit() - floor() * shares_;
  std::size_t lent = lent_.load(std::memory_order_relaxed);
  do {
    if (lent > all || bytes > all - lent) return false;
  } while (!lent_.compare_exchange_weak(lent, lent + bytes, std::memory_order_relaxed));
  return true;
}

bool BudgetShare::take(std::size_t bytes) {
  const std::size_t used = used_.load(std::memory_order_relaxed) + bytes;
  const std::size_t have = budget_.floor() + borrowed_;
  if (used > have) {
    const std::size_t missing = (used - have + Budget::kPiece - 1) / Budget::kPiece;
    if (!budget_.lend(missing * Budget::kPiece)) return false;
    borrowed_ += missing * Budget::kPiece;
  }
  used_.store(used, std::memory_order_relaxed);
  return true;
}

void BudgetShare::give(std::size_t bytes) {
  const std::size_t used = used_.load(std::memory_order_relaxed) - bytes;
  used_.store(used, std::memory_order_relaxed);
  const std::size_t have = budget_.floor() + borrowed_;
  if (borrowed_ == 0 || have < used + kSpare) return;
  const std::size_t idle = (have - used - Budget::kPiece) / Budget::kPiece * Budget::kPiece;
  const std::size_t back = std::min(borrowed_, idle);
  borrowed_ -= back;
  budget_.take_back(back);
}

}  // namespace catena
