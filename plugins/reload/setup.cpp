// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/setup.hpp"

#include "plugins/reload/watcher.hpp"

namespace catena::reload {
namespace {

/// A block's part in the process's watcher.
class Reload final : public Companion, public Startable, public Listening {
 public:
  Reload(Schedule schedule, std::shared_ptr<Watcher> watcher)
      : schedule_(schedule), watcher_(std::move(watcher)) {}

  void start() override { watcher_->begin(this, schedule_); }
  void stop() override { watcher_->end(this); }
  void listening(std::span<const std::uint16_t>) override { watcher_->announce(this); }

 private:
  Schedule schedule_;
  std::shared_ptr<Watcher> watcher_;
};

}  // namespace

// reload [INTERVAL] [JITTER]. A repeated line is ignored, as in CoreDNS.
void setup(Setup& setup) {
  using std::chrono::seconds;
  config::Directive& directive = setup.directives().front();
  Schedule schedule;
  directive.optional(
      schedule.interval, config::at_least(seconds(2)),
      config::out_of_range_says("interval value must be greater or equal to 2s, not '{}'"));
  if (directive.optional(schedule.jitter, config::at_least(seconds(0))) &&
      schedule.jitter > seconds(0) && schedule.jitter < seconds(1)) {
    directive.error("jitter value must be 0 or greater or equal to 1s");
  }
  directive.ignore_block();
  directive.done();
  schedule.jitter = std::min(schedule.jitter, schedule.interval / 2);
  const Process& process = setup.process();
  if (process.control == nullptr) return;
  auto watcher = process.keeper.keep<Watcher>(OneOfAKind{}, [&] {
    return std::make_shared<Watcher>(*process.control, setup.log(), process.metrics);
  });
  setup.add(std::make_unique<Reload>(schedule, std::move(watcher)));
}

}  // namespace catena::reload
