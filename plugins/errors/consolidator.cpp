// SPDX-License-Identifier: Apache-2.0
#include "plugins/errors/consolidator.hpp"

#include "core/config/duration.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace catena::errors {
namespace {

namespace asio = boost::asio;

asio::awaitable<void> report_later(std::shared_ptr<Consolidator> consolidator,
                                   asio::any_io_executor executor) {
  asio::steady_timer timer(executor, consolidator->window());
  co_await timer.async_wait(asio::use_awaitable);
  consolidator->report();
}

}  // namespace

Consolidator::Consolidator(Consolidation config, Log log)
    : config_(std::move(config)), pattern_(config_.expression), log_(std::move(log)) {}

bool Consolidator::count(const asio::any_io_executor& executor) {
  if (stopped_.load(std::memory_order_acquire)) return true;
  const bool first = count_.fetch_add(1, std::memory_order_acq_rel) == 0;
  if (first) asio::co_spawn(executor, report_later(shared_from_this(), executor), asio::detached);
  return first && config_.first == First::shown;
}

// A single error that was shown already needs no second line.
void Consolidator::report() {
  const std::uint32_t count = count_.exchange(0, std::memory_order_acq_rel);
  if (count == 0 || (count == 1 && config_.first == First::shown)) return;
  log_.write(config_.level,
             fmt::format("{} errors like '{}' occurred in last {}", count, config_.expression,
                         config::format_duration(config_.window)));
}

void Consolidator::flush() {
  stopped_.store(true, std::memory_order_release);
  report();
}

}  // namespace catena::errors
