// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/dns/response.hpp"

#include "plugins/cache/settings.hpp"

#include <cstdint>

namespace catena::cache {

enum class Fate : std::uint8_t { not_kept, success, denial };

/// What becomes of an answer that came from the rest of the chain.
struct Verdict {
  Fate fate = Fate::not_kept;
  std::uint32_t ttl = 0;        ///< Seconds, for all of its records.
  bool answers = false;         ///< A success that answers its question.
  bool for_one_subnet = false;  ///< The upstream made it for one client network only (RFC 7871).
  bool transfer = false;        ///< AXFR and IXFR are none of a cache's business.
};

/// `now` is seconds since 1970, for the validity of signatures.
Verdict judge(const dns::Response& response,
              const dns::Question& question,
              const Settings& settings,
              std::uint32_t now);

/// True when the CNAMEs of the answer lead from the question's name to a record of its type. A
/// loop, two targets of one name, or more than 32 links: false.
bool answers_question(const dns::Response& response, const dns::Question& question);

}  // namespace catena::cache
