// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/line_limit.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fmt/format.h>

#include <utility>

namespace catena {
namespace {

asio::awaitable<void> tell_later(std::shared_ptr<LineLimit> limit, asio::any_io_executor executor) {
  asio::steady_timer timer(executor, std::chrono::seconds(1));
  co_await timer.async_wait(asio::use_awaitable);
  limit->tell();
}

}  // namespace

bool LineLimit::admit() {
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(clock_->now().time_since_epoch());
  const std::uint64_t second = static_cast<std::uint64_t>(now.count()) << 32U;
  std::uint64_t seen = written_.load(std::memory_order_relaxed);
  for (;;) {
    const bool same = (seen >> 32U) == (second >> 32U);
    if (same && static_cast<std::uint32_t>(seen) >= kPerSecond) return false;
    const std::uint64_t next = same ? seen + 1 : second + 1;
    if (written_.compare_exchange_weak(seen, next, std::memory_order_relaxed)) return true;
  }
}

void LineLimit::keep(LogLevel level, std::string line, Engine& engine) {
  {
    const std::lock_guard lock(mutex_);
    level_ = level;
    first_ = std::move(line);
  }
  const asio::any_io_executor executor = engine.executor();
  asio::co_spawn(executor, tell_later(shared_from_this(), executor), asio::detached);
}

void LineLimit::tell() {
  const std::uint64_t count = waiting_.exchange(0, std::memory_order_acq_rel);
  if (count == 0) return;
  const std::lock_guard lock(mutex_);
  log_.write(level_, fmt::format("{} more lines like this were left out: {}", count, first_));
}

}  // namespace catena
