// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/config/position.hpp"

#include <cstdint>
#include <string>
#include <string_view>
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

/// Where a configuration is looked at: where it is to run, or elsewhere (a laptop, CI), where the
/// files, variables and interfaces of that place are no matter.
enum class Place : std::uint8_t { here, elsewhere };

/// Collects what is wrong with a configuration, so that a person sees all of it at once. Errors
/// keep the configuration from being used, warnings are only said, and what it needs of its place
/// is noted elsewhere. One thread.
class Diagnostics {
 public:
  explicit Diagnostics(Place place = Place::here) : place_(place) {}

  void error(Position position, std::string plugin, std::string text);
  /// Once where the same is said again of the same line.
  void warn(Position position, std::string plugin, std::string text);
  /// "would need WHAT", once. Here nothing is noted: whoever needs it complains where it is
  /// missing.
  void need(Position position, std::string plugin, std::string_view what);

  bool elsewhere() const { return place_ == Place::elsewhere; }
  const std::vector<Diagnostic>& errors() const { return errors_; }
  const std::vector<Diagnostic>& warnings() const { return warnings_; }
  const std::vector<Diagnostic>& needs() const { return needs_; }
  bool ok() const { return errors_.empty(); }

 private:
  Place place_;
  std::vector<Diagnostic> errors_;
  std::vector<Diagnostic> warnings_;
  std::vector<Diagnostic> needs_;
};

/// Every one as a line of its own behind `front`, each ended by a line break, in the order of the
/// file.
std::string format(const std::vector<Diagnostic>& diagnostics, std::string_view front = {});

}  // namespace catena::config
