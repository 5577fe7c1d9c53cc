// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/log.hpp"
#include "core/plugin/abilities.hpp"
#include "core/plugin/plugin.hpp"

#include "plugins/errors/consolidator.hpp"

#include <memory>
#include <vector>

namespace catena::errors {

/// Logs why queries failed (Query::failure()), and changes nothing.
class Errors final : public Plugin, public Startable {
 public:
  Errors(std::vector<std::shared_ptr<Pattern>> patterns, Log log)
      : patterns_(std::move(patterns)), log_(std::move(log)) {}

  Reply serve(Query& query, Next next) const override;

  void start() override {}
  /// Tells what the open windows have counted.
  void stop() override;

 private:
  void report(const Query& query) const;
  void write(LogLevel level, const Query& query) const;

  std::vector<std::shared_ptr<Pattern>> patterns_;
  Log log_;
};

}  // namespace catena::errors
