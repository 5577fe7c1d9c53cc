// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/dns/response.hpp"
#include "core/plugin/query.hpp"

#include "plugins/cache/settings.hpp"

#include <cstdint>

namespace catena::cache {

enum class Fate : std::uint8_t { not_kept, success, denial };

/// What becomes of an answer that came from the rest of the chain.
struct Cacheability {
  Fate fate = Fate::not_kept;
  std::uint32_t ttl = 0;  ///< Seconds, for all of its records.
  bool answers = false;   ///< A success that answers its question.
  /// Says how things stand with the name now, kept or not: an answer before it is over (RFC 8767
  /// section 4). No failure is one, nor a truncated answer, nor one to another question.
  bool statement = false;
  bool cut = false;             ///< Truncated (TC).
  bool for_one_subnet = false;  ///< The upstream made it for one client network only (RFC 7871).
  bool transfer = false;        ///< AXFR and IXFR are none of a cache's business.
};

/// Whether the rest of the chain has said something that is to be judged.
bool has_answer(const Query& query, Outcome outcome);

/// `now` is seconds since 1970, for the validity of signatures.
Cacheability cacheability_of(const dns::Response& response,
                             const dns::Question& question,
                             const Settings& settings,
                             std::uint32_t now);

/// Where the CNAMEs of an answer lead from the question's name.
enum class Path : std::uint8_t {
  answer,   ///< To a record of the question's type.
  on,       ///< To a name that the answer has nothing of.
  nowhere,  ///< Nothing is there for the name, or a loop, two targets of a name, over 32 links.
};
Path path_of(const dns::Response& response, const dns::Question& question);

}  // namespace catena::cache
