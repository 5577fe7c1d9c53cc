// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"
#include "core/base/json_record.hpp"
#include "core/config/keys.hpp"
#include "core/config/testing.hpp"
#include "core/plugin/setup.hpp"

#include <string>
#include <vector>

namespace catena::test {

/// Keeps what is logged, as lines of text and as JSON without the time.
class LogLines final : public LogSink {
 public:
  void write(LogLevel, std::string_view line) override { lines.emplace_back(line); }
  void take(const LogRecord& record) override {
    JsonBuffer members;
    append_members(record, members);
    records.emplace_back(members.data(), members.size());
    LogSink::take(record);
  }
  std::vector<std::string> lines;
  std::vector<std::string> records;
};

/// One plugin set up from a server block's text, as the server does it.
class PluginSetup {
 public:
  /// `block` is what stands between the braces of a block for `keys`; all of its directives must be
  /// `plugin`'s, or one of `others`, which are not set up. What is to stand in front of the plugin
  /// comes as a chain. An error of the grammar itself throws.
  PluginSetup(const std::string& plugin,
              void (*setup)(Setup&),
              const std::string& block,
              const std::vector<std::string>& keys = {"."},
              std::vector<std::string> others = {},
              Chain in_front = {});

  /// "Corefile:2: plugin: text", warnings left out.
  std::vector<std::string> errors() const { return config::lines_of(diagnostics_.errors()); }
  std::vector<std::string> warnings() const { return config::lines_of(diagnostics_.warnings()); }

  Chain& chain() { return chain_; }
  ListenerSettings& listener() { return listener_; }
  LogLines& log() { return log_; }
  ManualClock& clock() { return clock_; }
  metrics::Registry& metrics() { return metrics_; }

 private:
  LogLines log_;
  ManualClock clock_;
  metrics::Registry metrics_{2};
  epoch::Domain epoch_;
  Keeper keeper_;
  Process process_{Log(log_), metrics_, epoch_, clock_, keeper_};
  config::Diagnostics diagnostics_;
  config::Corefile corefile_;
  ListenerSettings listener_;
  Chain chain_;
};

}  // namespace catena::test
