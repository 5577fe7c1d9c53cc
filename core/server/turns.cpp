// SPDX-License-Identifier: Apache-2.0
#include "core/server/turns.hpp"

#include <boost/asio/post.hpp>

namespace catena::server {
namespace {

// Who wants more gets something even where others begin without end.
constexpr unsigned kForBeginners = Turns::kRound * 3 / 4;

}  // namespace

bool Turns::begin(TakesTurns& one) {
  if (!spent()) return true;
  beginning_.push_back(one);
  call_soon();
  return false;
}

void Turns::again(TakesTurns& one) {
  going_on_.push_back(one);
  call_soon();
}

// The event loop looks at its sockets before it calls.
void Turns::call_soon() {
  if (called_) return;
  called_ = true;
  boost::asio::post(executor_, [this] { run(); });
}

void Turns::run() {
  called_ = false;
  spent_ = 0;
  run(beginning_, kForBeginners);
  run(going_on_, kRound);
  if (!beginning_.empty() || !going_on_.empty()) call_soon();
}

void Turns::run(Queue& queue, unsigned until) {
  while (!queue.empty() && spent_ < until) {
    TakesTurns& one = queue.front();
    queue.pop_front();
    // A turn that finds nothing to do costs something too.
    ++spent_;
    one.go_on();
  }
}

}  // namespace catena::server
