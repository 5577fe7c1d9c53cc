// SPDX-License-Identifier: Apache-2.0
#include "test/sim/worlds/api_trouble.hpp"

#include <array>
#include <utility>

namespace catena::sim {

using following::Ending;
using kubesim::object;

namespace {

constexpr std::array kRefusals{401, 403, 404, 410, 429, 500, 503};

}  // namespace

void ApiTrouble::change() {
  const std::size_t kind = dice_.below(10);
  if (kind == 0) {
    trace_.note("bookmarks");
    return network_.bookmark();
  }
  if (kind == 1) return lose_watches();
  if (kind == 2) {
    trace_.note("history is forgotten");
    return network_.server().cluster().store.forget_history();
  }
  if (trouble_ && kind < 7) return end();
  begin();
}

void ApiTrouble::begin() {
  trouble_ = true;
  const std::size_t kind = dice_.below(8);
  trace_.note("trouble {}", kind);
  switch (kind) {
    case 0:
      network_.reachable = false;
      return network_.break_connections();
    case 1:
      network_.silent = true;
      return;
    case 2:
      network_.garbage = true;
      return;
    case 3:
      network_.ending = Ending::cut;
      return;
    case 4:
      network_.ending = Ending::stalled;
      stalled_ = true;
      return;
    case 5:
      network_.delay = dice_.milliseconds(1, 3000);
      return;
    default:
      return refuse_some();
  }
}

void ApiTrouble::refuse_some() {
  kubesim::Faults& faults = network_.server().cluster().faults;
  const int status = kRefusals[dice_.below(kRefusals.size())];
  trace_.note("refuses with {}", status);
  if (status == 410) {
    static_cast<void>(faults.configure(object({{"gone", true}, {"gone_lists", true}})));
  } else {
    static_cast<void>(faults.configure(object({{"status", status}})));
  }
  if (dice_.percent(30)) {
    static_cast<void>(faults.configure(object({{"streaming_list", false}})));
  }
  if (dice_.percent(70)) lose_watches();
}

// What stalled in the middle of something never goes on; nobody can tell it from what is slow but
// by its end.
void ApiTrouble::end() {
  trace_.note("all is well");
  const bool stalled = std::exchange(stalled_, false);
  network_.reachable = true;
  network_.silent = network_.garbage = false;
  network_.ending = Ending::whole;
  network_.delay = Duration::zero();
  network_.server().no_faults();
  trouble_ = false;
  well_since_ = clock_.now();
  if (stalled || dice_.percent(20)) network_.break_connections(http::FailureKind::timeout);
}

void ApiTrouble::lose_watches() {
  if (dice_.percent(50)) return break_connections();
  well_since_ = clock_.now();
  trace_.note("watches end");
  network_.end_watches();
}

void ApiTrouble::break_connections() {
  well_since_ = clock_.now();
  trace_.note("connections break");
  network_.break_connections();
}

std::optional<Duration> ApiTrouble::well() const {
  if (trouble_) return std::nullopt;
  return clock_.now() - well_since_;
}

}  // namespace catena::sim
