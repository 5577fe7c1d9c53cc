// SPDX-License-Identifier: Apache-2.0
#include "test/support/test_engine.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <optional>
#include <stdexcept>

namespace catena::test {

Reply TestEngine::ask(Query& parent, const dns::Question& question, Asking, Answer& answer) {
  auto* const inner = new Query(*this);
  answer = Answer(*inner);
  inner->begin_like(parent, question);
  if (asking_waits) return answer_later(*inner);
  return answer_now(*inner);
}

asio::awaitable<Outcome> TestEngine::answer_later(Query& inner) {
  co_await asio::post(io_, asio::use_awaitable);
  co_return answer_now(inner);
}

Outcome TestEngine::answer_now(Query& inner) const {
  if (on_ask) return on_ask(inner.question(), inner.response());
  return inner.fail(dns::Rcode::ServFail, "no server is behind this engine");
}

bool TestEngine::background(const Query&,
                            Next,
                            std::function<void(Query&, Outcome)>,
                            const Errand&) {
  return false;
}

asio::awaitable<bool> TestEngine::send_part(Query& query) {
  if (!on_part || !on_part(query)) co_return false;
  query.response().clear();
  co_return true;
}

void TestEngine::spawn(Reply reply, std::function<void(Outcome)> after) {
  asio::co_spawn(io_, std::move(reply).wait(), [after](std::exception_ptr error, Outcome outcome) {
    if (error) std::rethrow_exception(error);
    after(outcome);
  });
}

Outcome TestEngine::run(Reply reply, Duration limit) {
  std::optional<Outcome> found;
  spawn(std::move(reply), [&found](Outcome outcome) { found = outcome; });
  const auto done = [&found] { return found.has_value(); };
  if (!run_until(done, limit)) throw std::runtime_error("no outcome in time");
  return *found;
}

bool TestEngine::run_until(const std::function<bool()>& done, Duration limit) {
  const TimePoint end = clock_.now() + limit;
  while (!done()) {
    const Duration left = end - clock_.now();
    if (left <= Duration::zero()) return false;
    io_.restart();
    io_.run_one_for(std::min<Duration>(left, std::chrono::milliseconds(10)));
  }
  return true;
}

}  // namespace catena::test
