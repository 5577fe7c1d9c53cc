// SPDX-License-Identifier: Apache-2.0
// Several threads use what is defined here.
#include "core/server/life_plugins.hpp"

#include "core/plugin/plugin.hpp"
#include "core/server/test_plugins.hpp"

#include <atomic>
#include <mutex>
#include <stdexcept>

namespace catena::server::test {
namespace {

std::mutex seen_mutex;
std::string seen_text;
std::atomic<bool> seen_prepared{true};

class WorkerPlugin final : public Plugin, public WorkerAware, public Startable {
 public:
  explicit WorkerPlugin(std::string name) : name_(std::move(name)) {}
  Reply serve(Query& query, Next next) const override { return next(query); }
  void start() override {
    if (name_ == "broken") throw std::runtime_error("this plugin never starts");
    Seen::note("start " + name_);
  }
  void stop() override {
    Seen::note("stop " + name_);
    if (name_ == "sticky") throw std::runtime_error("this plugin never stops");
  }
  void enter(Engine& engine) override { note("enter", engine); }
  void leave(Engine& engine) override { note("leave", engine); }

 private:
  static void note(const char* what, Engine& engine) {
    Seen::note(std::string(what) + " " + std::to_string(index(engine.lane())));
  }
  std::string name_;
};

/// Everything that a server calls, in order.
class Life final : public Plugin,
                   public Startable,
                   public Prepares,
                   public Listening,
                   public TakesOver,
                   public WorkerAware,
                   public Farewell {
 public:
  Life(std::string name, std::string fault) : name_(std::move(name)), fault_(std::move(fault)) {}
  Reply serve(Query& query, Next next) const override {
    if (entered_ == 0) note("serve, though it has left,");
    return next(query);
  }
  void start() override {
    fail_at("start");
    note("start");
  }
  bool prepared(Duration) override {
    if (seen_prepared) fail_at("prepare");
    return seen_prepared;
  }
  void listening(std::span<const std::uint16_t>) override { fail_at("listen"); }
  void take_over() noexcept override { note("take over"); }
  void enter(Engine&) override {
    ++entered_;
    note("enter");
  }
  void leave(Engine&) override {
    note("leave");
    --entered_;
  }
  Duration farewell() override {
    note("farewell");
    return {};
  }
  void stop() override {
    note("stop");
    fail_at("stop");
  }

 private:
  void note(const char* what) const { Seen::note(std::string(what) + " " + name_); }
  void fail_at(const char* what) const {
    if (fault_ == what) throw std::runtime_error(name_ + " cannot " + what);
  }
  std::string name_;
  std::string fault_;
  std::atomic<int> entered_{0};
};

}  // namespace

void set_up_worker(Setup& setup) {
  config::Directive& directive = setup.once();
  std::string name = "one";
  directive.optional(name);
  if (directive.done()) setup.add(std::make_unique<WorkerPlugin>(std::move(name)));
}

void set_up_life(Setup& setup) {
  config::Directive& directive = setup.once();
  std::string name, fault;
  directive.required(name);
  directive.optional(fault);
  if (directive.done()) setup.add(std::make_unique<Life>(name, fault));
}

std::string Seen::started_and_stopped() {
  const std::lock_guard lock(seen_mutex);
  return seen_text;
}

void Seen::prepare(bool through) { seen_prepared = through; }

void Seen::note(const std::string& what) {
  const std::lock_guard lock(seen_mutex);
  seen_text += (seen_text.empty() ? "" : ", ") + what;
}

void Seen::clear() {
  const std::lock_guard lock(seen_mutex);
  seen_text.clear();
}

}  // namespace catena::server::test
