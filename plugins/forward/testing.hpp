// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/testing.hpp"
#include "core/plugin/setup.hpp"

#include "plugins/forward/forward.hpp"
#include "test/support/fake_upstream.hpp"
#include "test/support/messages.hpp"
#include "test/support/test_engine.hpp"
#include "test/support/test_process.hpp"

#include <catch2/catch.hpp>

#include <deque>
#include <string>
#include <thread>
#include <vector>

namespace catena::forward {

void setup(Setup& setup);

/// Answers NOTIMP: stands behind the `forward` lines of a test.
struct Behind final : Plugin {
  Reply serve(Query& query, Next) const override {
    query.respond().rcode = dns::Rcode::NotImp;
    return Outcome::respond;
  }
};

/// A server block of `forward` lines as a worker has it, with an event loop that turns on demand.
class Bed {
 public:
  explicit Bed(const std::string& text) : Bed(text, std::make_shared<Shared>()) {}

  /// What lives through a reload is shared with the configuration before.
  struct Shared {
    test::TestProcess parts;
    test::TestEngine engine;
  };

  Bed(const std::string& text,
      std::shared_ptr<Shared> shared,
      std::unique_ptr<Plugin> behind = std::make_unique<Behind>())
      : shared_(std::move(shared)) {
    const config::TestSource source{".:53 {\n" + text + "\n}\n", {"forward"}};
    const config::Corefile corefile = config::parse_for_test(source, diagnostics_);
    REQUIRE(diagnostics_.ok());
    auto directives = config::directives_of(corefile.blocks.front(), "forward", diagnostics_);
    Setup one(shared_->parts.process, "forward", directives, {dns::Name()}, {}, listener_, chain_);
    setup(one);
    for (const config::Diagnostic& error : diagnostics_.errors()) errors_ += error.text + "\n";
    chain_.add("behind", std::move(behind));
    for (Assembled* plugin : chain_.with<Assembled>()) plugin->assembled(chain_);
  }
  ~Bed() { stop(); }

  const std::string& errors() const { return errors_; }
  const config::Diagnostics& diagnostics() const { return diagnostics_; }

  void start() {
    REQUIRE(errors_.empty());
    for (Startable* one : chain_.with<Startable>()) one->start();
    for (Prepares* one : chain_.with<Prepares>()) {
      while (!one->prepared({})) std::this_thread::yield();
    }
    for (WorkerAware* one : chain_.with<WorkerAware>()) one->enter(engine());
    running_ = true;
  }

  void stop() {
    if (!running_) return;
    for (WorkerAware* one : chain_.with<WorkerAware>()) one->leave(engine());
    running_ = false;
  }

  /// A question under way; its result is there when done() is true.
  struct Asked {
    explicit Asked(Engine& engine) : query(engine) {}
    bool done() const { return outcome.has_value(); }
    std::vector<std::uint8_t> bytes;
    Query query;
    std::optional<Outcome> outcome;
    /// "NOERROR qr aa rd ra: record; record" or "SERVFAIL! why" for a failure.
    std::string text() const;
  };

  Asked& begin(const std::string& question,
               const test::QueryOptions& options = {},
               Protocol protocol = Protocol::udp) {
    return begin(test::query_bytes(question, options), protocol);
  }

  Asked& begin(std::vector<std::uint8_t> message, Protocol protocol = Protocol::udp) {
    if (!running_) start();
    Asked& asked = asked_.emplace_back(engine());
    asked.bytes = std::move(message);
    Transport transport;
    transport.protocol = protocol;
    asked.query.begin(*dns::MessageView::parse(asked.bytes), transport,
                      shared_->parts.system_clock.now());
    if (hook_ != nullptr) asked.query.add_wire_hook(*hook_);
    engine().spawn(chain_.first()(asked.query),
                   [&asked](Outcome outcome) { asked.outcome = outcome; });
    return asked;
  }

  /// What came of one question.
  std::string ask(const std::string& question,
                  const test::QueryOptions& options = {},
                  Protocol protocol = Protocol::udp) {
    Asked& asked = begin(question, options, protocol);
    REQUIRE(engine().run_until([&asked] { return asked.done(); }));
    return asked.text();
  }

  /// Sees what leaves of the questions to come.
  void set_hook(WireHook& hook) { hook_ = &hook; }

  test::TestEngine& engine() { return shared_->engine; }
  Chain& chain() { return chain_; }
  std::string metrics() const { return shared_->parts.metrics.text(); }

 private:
  std::shared_ptr<Shared> shared_;
  ListenerSettings listener_;
  config::Diagnostics diagnostics_;
  Chain chain_;
  std::string errors_;
  bool running_ = false;
  WireHook* hook_ = nullptr;
  std::deque<Asked> asked_;
};

inline std::string Bed::Asked::text() const {
  std::string text = dns::to_string(query.response().rcode);
  if (query.failed()) return text + "! " + std::string(query.failure());
  const dns::Flags flags = query.response().flags;
  if (flags.has(dns::Flags::kAA)) text += " aa";
  if (flags.has(dns::Flags::kTC)) text += " tc";
  if (flags.has(dns::Flags::kRA)) text += " ra";
  for (const std::string& line : test::lines(query.response().answer())) text += " | " + line;
  return text;
}

/// As configuration and message show it.
inline std::shared_ptr<Bed::Shared> shared_bed() { return std::make_shared<Bed::Shared>(); }

}  // namespace catena::forward
