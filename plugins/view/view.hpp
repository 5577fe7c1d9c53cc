// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/log.hpp"
#include "core/base/metrics.hpp"
#include "core/expression/machine.hpp"
#include "core/plugin/abilities.hpp"
#include "core/plugin/plugin.hpp"
#include "core/plugin/setup.hpp"

#include "plugins/view/network.hpp"

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace catena::view {

using Programs = std::vector<std::unique_ptr<const expression::Program>>;

/// Lets queries into its server block of which all of its expressions are true: the boolean, and
/// nothing else. One that cannot be computed is not; the first such of each expression is logged.
class View final : public Plugin, public BlockFilter, public MetadataSource, public WorkerAware {
 public:
  View(std::string name, Programs programs, const Process& process);

  bool accepts(Query& query) const override;
  std::string_view view() const override { return name_; }

  /// Knows "view/name".
  std::string_view metadata(Query& query, std::string_view label) const override;

  void enter(Engine& engine) override;
  /// A query of this configuration that still waits may ask where another name leads.
  void leave(Engine&) override {}

  /// There is nothing to do in the chain.
  Reply serve(Query& query, Next next) const override { return next(query); }

 private:
  struct Worker {
    std::vector<std::unique_ptr<expression::Machine>> machines;
    Networks networks;
  };

  void report(Query& query, std::size_t number, const expression::Machine& machine) const;

  std::string name_;
  Programs programs_;
  Log log_;
  metrics::Counter& failures_;
  mutable std::vector<std::atomic<bool>> told_;  // By number of the expression.
  mutable std::vector<Worker> workers_;          // By lane; each touched by its own thread only.
};

}  // namespace catena::view
