// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/clock.hpp"
#include "core/config/keys.hpp"
#include "core/config/testing.hpp"
#include "core/plugin/setup.hpp"

#include "test/support/test_process.hpp"

#include <string>
#include <vector>

namespace catena::test {

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
  LogLines& log() { return process_.log; }
  ManualClock& clock() { return clock_; }
  metrics::Registry& metrics() { return process_.metrics; }

 private:
  ManualClock clock_;
  TestProcess process_{clock_};
  config::Diagnostics diagnostics_;
  config::Corefile corefile_;
  ListenerSettings listener_;
  Chain chain_;
};

}  // namespace catena::test
