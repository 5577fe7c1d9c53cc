// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/server/session.hpp"
#include "cmd/kubesim/server/wire.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace catena::kubesim {
namespace {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;
using SteadyClock = std::chrono::steady_clock;

/// A real API server sends a last bookmark this long before the time of a watch is over.
constexpr std::chrono::seconds kLastBookmark{2};
constexpr std::size_t kChunkSize = 64 * 1024;

/// What the connection's coroutine and the callbacks of its socket and its watch share.
struct WatchState {
  explicit WatchState(const asio::any_io_executor& executor) : timer(executor) {}
  asio::steady_timer timer;
  bool client_gone = false;
  bool over = false;
};

/// Notices that the client closed its side. A client that sends another request during a watch is
/// treated the same: none does.
void watch_for_close(net::AsyncStream& stream, const std::shared_ptr<WatchState>& state) {
  const auto on_readable = [state](const ErrorCode& error) {
    if (error == asio::error::operation_aborted || state->over) return;
    state->client_gone = true;
    state->timer.cancel();
  };
  stream.async_wait(net::AsyncStream::Direction::reading, on_readable);
}

class Schedule {
 public:
  Schedule(const Watch::Settings& watch, std::chrono::seconds interval)
      : bookmarks_(watch.bookmarks),
        interval_(interval),
        deadline_(SteadyClock::now() + watch.timeout),
        bookmark_(SteadyClock::now() + interval),
        last_(deadline_ - kLastBookmark) {
    if (watch.timeout <= 2 * kLastBookmark) last_ = SteadyClock::time_point::max();
  }

  [[nodiscard]] bool over() const { return SteadyClock::now() >= deadline_; }

  [[nodiscard]] SteadyClock::time_point next() const {
    return bookmarks_ ? std::min({deadline_, bookmark_, last_}) : deadline_;
  }

  /// Whether a bookmark is due; asking moves on to the next one.
  bool bookmark_due() {
    const auto now = SteadyClock::now();
    if (!bookmarks_ || now < std::min(bookmark_, last_)) return false;
    if (now >= last_) last_ = SteadyClock::time_point::max();
    if (now >= bookmark_) bookmark_ = now + interval_;
    return true;
  }

 private:
  bool bookmarks_;
  std::chrono::seconds interval_;
  SteadyClock::time_point deadline_;
  SteadyClock::time_point bookmark_;
  SteadyClock::time_point last_;
};

/// Takes events out of the watch, up to a batch, as chunks ready to be sent.
std::string take_batch(SessionContext& context, Watch& watch) {
  std::string batch;
  while (batch.size() < kChunkSize) {
    const auto event = watch.next();
    if (!event) break;
    std::string line = context.api.write_event(watch, *event);
    if (context.cluster.faults.take_garbage()) line = broken(std::move(line));
    batch += write_chunk(line);
  }
  return batch;
}

asio::awaitable<bool> send(net::AsyncStream& stream, std::string_view text) {
  ErrorCode error;
  co_await asio::async_write(stream, asio::const_buffer(text.data(), text.size()),
                             asio::redirect_error(asio::use_awaitable, error));
  co_return !error;
}

asio::awaitable<void> sleep(WatchState& state, SteadyClock::time_point until) {
  ErrorCode error;
  state.timer.expires_at(until);
  co_await state.timer.async_wait(asio::redirect_error(asio::use_awaitable, error));
}

/// Sends events until the watch ends; true if it ended as it should.
asio::awaitable<bool> pump(net::AsyncStream& stream,
                           SessionContext& context,
                           Watch& watch,
                           WatchState& state) {
  Schedule schedule(watch.settings(), context.settings.bookmark_interval);
  while (!state.client_gone && watch.ended() != Watch::End::Abrupt) {
    if (context.cluster.faults.hang_watches()) {
      co_await sleep(state, SteadyClock::time_point::max());
      continue;
    }
    if (schedule.bookmark_due()) {
      watch.push({Watch::Event::Type::Bookmark, nullptr, context.cluster.store.version(), nullptr});
    }
    const std::string batch = take_batch(context, watch);
    if (!batch.empty()) {
      const bool sent = co_await send(stream, batch);
      if (!sent) co_return false;
      continue;
    }
    if (schedule.over() || watch.ended() == Watch::End::Clean) co_return true;
    co_await sleep(state, schedule.next());
  }
  co_return false;
}

}  // namespace

asio::awaitable<bool> stream_watch(net::AsyncStream& stream,
                                   SessionContext& context,
                                   std::shared_ptr<Watch> watch) {
  const auto executor = co_await asio::this_coro::executor;
  const auto state = std::make_shared<WatchState>(executor);
  const std::function<void()> wake = [state] { state->timer.cancel(); };
  watch->on_wake(wake);
  std::string head = write_stream_head(watch->settings().form);
  bool usable = co_await send(stream, head);
  watch_for_close(stream, state);
  if (usable) usable = co_await pump(stream, context, *watch, *state);
  state->over = true;
  watch->on_wake(nullptr);
  context.cluster.watches.remove(watch);
  if (usable) usable = co_await send(stream, kLastChunk);
  co_return usable;
}

}  // namespace catena::kubesim
