// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/metrics.hpp"
#include "core/plugin/setup.hpp"

#include "plugins/autopath/walk.hpp"

#include <string>
#include <vector>

namespace catena::autopath {

/// Walks a client's search path for it: a name below the first domain of the path is looked up in
/// every other domain too, and the first answer is the client's.
class Autopath final : public Plugin, public Assembled {
 public:
  struct Config {
    Zones zones;
    std::vector<dns::Name> search;  ///< The same path for every client; empty with a source.
    std::string source;             ///< The plugin of the block that knows each client's path.
  };

  Autopath(Config config, PerServer<metrics::Counter*> successes);

  /// Finds the source. A block without it has no autopath, which is no error in CoreDNS either.
  std::string assembled(const Chain& chain) override;

  Reply serve(Query& query, Next next) const override;

 private:
  std::span<const dns::NameView> path_of(Query& query) const;
  Reply step(Walk& walk, std::size_t number) const;
  Reply after(Walk& walk, std::size_t number, Outcome outcome) const;
  void count(const Query& query) const;

  Config config_;
  PerServer<metrics::Counter*> successes_;
  std::vector<dns::NameView> path_;  // Into config_.search; the root at its end.
  const SearchPathSource* source_ = nullptr;
};

}  // namespace catena::autopath
