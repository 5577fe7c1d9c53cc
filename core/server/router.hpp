// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/dns/name.hpp"
#include "core/plugin/query.hpp"

#include <cstdint>
#include <vector>

namespace catena::server {

struct Block;

/// Finds the server block of a question: the longest zone suffix, then the blocks of that zone in
/// the order of the Corefile whose filters accept; a DS question goes to the block furthest up.
/// Built once, then only read; finding neither allocates nor locks.
class Router {
 public:
  /// Blocks of the same zone are tried in the order of these calls.
  void add(const dns::Name& zone, const Block& block);

  /// The block, after Query::set_block with its zone and view; null when nobody answers.
  const Block* route(Query& query) const;

 private:
  struct Zone {
    dns::Name name;
    std::uint64_t hash;
    std::vector<const Block*> blocks;
  };
  enum class Walk : std::uint8_t { first_match, last_match };

  const Zone* find(dns::NameView name, std::uint64_t hash) const;
  const Block* walk(Query& query, Walk walk) const;
  const Block* choose(const Zone& zone, Query& query) const;
  const Block* choose_root(Query& query) const;
  void rebuild();

  std::vector<Zone> zones_;
  std::vector<std::uint32_t> table_;  // Open addressing: number of the zone plus one, 0 is free.
  std::size_t most_labels_ = 0;
};

}  // namespace catena::server
