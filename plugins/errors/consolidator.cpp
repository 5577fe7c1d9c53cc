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

asio::awaitable<void> report_later(std::shared_ptr<Pattern> pattern,
                                   asio::any_io_executor executor) {
  asio::steady_timer timer(executor, pattern->window());
  co_await timer.async_wait(asio::use_awaitable);
  pattern->report();
}

}  // namespace

Pattern::Pattern(PatternConfig config, Log log)
    : config_(std::move(config)),
      expression_(config_.expression, RE2::Quiet),
      log_(std::move(log)) {}

bool Pattern::matches(std::string_view text) const {
  return RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), expression_);
}

bool Pattern::count(const asio::any_io_executor& executor) {
  if (stopped_.load(std::memory_order_acquire)) return true;
  const bool first = count_.fetch_add(1, std::memory_order_acq_rel) == 0;
  if (first) asio::co_spawn(executor, report_later(shared_from_this(), executor), asio::detached);
  return first && config_.first == First::shown;
}

// A single error that was shown already needs no second line.
void Pattern::report() {
  const std::uint32_t count = count_.exchange(0, std::memory_order_acq_rel);
  if (count == 0 || (count == 1 && config_.first == First::shown)) return;
  log_.write(config_.level,
             fmt::format("{} errors like '{}' occurred in last {}", count, config_.expression,
                         config::format_duration(config_.window)));
}

void Pattern::flush() {
  stopped_.store(true, std::memory_order_release);
  report();
}

}  // namespace catena::errors
