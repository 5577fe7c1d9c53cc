// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/abilities.hpp"
#include "core/plugin/line_limit.hpp"
#include "core/plugin/plugin.hpp"

#include "plugins/errors/consolidator.hpp"

#include <memory>
#include <vector>

namespace catena::errors {

/// Logs why queries failed (Query::failure()), as many lines a second as LineLimit lets through,
/// and changes nothing.
class Errors final : public Plugin, public Startable {
 public:
  Errors(std::vector<std::shared_ptr<Consolidator>> consolidators, std::shared_ptr<LineLimit> lines)
      : consolidators_(std::move(consolidators)), lines_(std::move(lines)) {}

  Reply serve(Query& query, Next next) const override;

  void start() override {}
  /// Tells what the open windows have counted, and what was left out.
  void stop() override;

 private:
  void report(const Query& query) const;
  void write(LogLevel level, const Query& query) const;

  std::vector<std::shared_ptr<Consolidator>> consolidators_;
  std::shared_ptr<LineLimit> lines_;
};

}  // namespace catena::errors
