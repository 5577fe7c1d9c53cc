// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "test/support/messages.hpp"
#include "test/support/plugin_setup.hpp"
#include "test/support/scripted_rest.hpp"
#include "test/support/test_engine.hpp"

#include <string>
#include <utility>

namespace catena::test {

/// One plugin, set up from its lines, in front of a scripted rest. Names below "stub." belong to
/// another block, which plays the same script.
class ScriptedBlock {
 public:
  ScriptedBlock(const std::string& plugin,
                void (*setup)(Setup&),
                const std::string& lines,
                ScriptedRest::Script script)
      : setup_(plugin, setup, lines), stub_(script) {
    REQUIRE(setup_.errors().empty());
    auto rest = std::make_unique<ScriptedRest>(std::move(script));
    rest_ = rest.get();
    setup_.chain().add("rest", std::move(rest));
    const dns::Name stub = dns::Name::parse("stub.").value();
    engine.on_leads_here = [stub](dns::NameView name) { return !name.is_in(stub); };
    engine.on_ask = [this](const dns::Question& question, dns::Response& response) {
      return stub_.serve(question, response);
    };
  }

  /// What is said to a client at this address.
  Lines ask(std::string_view question,
            const char* client = "2001:db8::1",
            const QueryOptions& options = {}) {
    bytes_ = query_bytes(question, options);
    const auto message = dns::MessageView::parse(bytes_).value();
    Transport transport;
    transport.client = {asio::ip::make_address(client), 5353};
    query.begin(message, transport, engine.clock().now());
    if (is_step) query.set_step();
    const Outcome outcome = engine.run(setup_.chain().first()(query));
    CHECK(query.name() == message.question().name);
    CHECK(query.type() == message.question().type);
    return said_by(query, outcome);
  }

  /// The questions that came to the rest, and to the other block.
  const Lines& asked() const { return rest_->asked; }
  const Lines& asked_elsewhere() const { return stub_.asked; }

  double counted(const std::string& metric) {
    return static_cast<double>(
        setup_.metrics().counter(metric, "", {{"server", "dns://:53"}}).value());
  }

  TestEngine engine;
  Query query{engine};
  bool is_step = false;  ///< The question is one that another block asks.

 private:
  PluginSetup setup_;
  ScriptedRest stub_;
  const ScriptedRest* rest_ = nullptr;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace catena::test
