// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/position.hpp"

#include <string>
#include <vector>

namespace catena::config {

/// One complaint about a configuration.
struct Diagnostic {
  Position position;
  std::string plugin;  ///< Empty when no plugin is concerned.
  std::string text;    ///< What was found and what was expected, without position or plugin.
};

/// "FILE:LINE: plugin: text", without the parts that are empty.
std::string format(const Diagnostic& diagnostic);

/// Collects what is wrong with a configuration, so that a person sees all of it at once. Errors
/// keep the configuration from being used, warnings are only said. One thread.
class Diagnostics {
 public:
  void error(Position position, std::string plugin, std::string text);
  void warn(Position position, std::string plugin, std::string text);

  const std::vector<Diagnostic>& errors() const { return errors_; }
  const std::vector<Diagnostic>& warnings() const { return warnings_; }
  bool ok() const { return errors_.empty(); }

 private:
  std::vector<Diagnostic> errors_;
  std::vector<Diagnostic> warnings_;
};

/// Every error as a line of its own, each ended by a line break, in the order of the file.
std::string format(const std::vector<Diagnostic>& diagnostics);

}  // namespace catena::config
