// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/log.hpp"
#include "core/base/metrics.hpp"
#include "core/base/random.hpp"
#include "core/plugin/query.hpp"

#include <atomic>
#include <cstdint>
#include <string>

namespace catena::loop {

/// What follows a loop: the process ends, as CoreDNS's does, or goes on without what loops.
enum class Consequence : std::uint8_t { end_process, keep_serving };

/// What one server block knows about its loop. The worker that probes and all that serve queries
/// use it at once, without a lock.
class Detector {
 public:
  /// Nothing is looked for; a probe is watched for; nothing is handed on.
  enum class State : std::uint8_t { quiet, watching, blocked };
  enum class Passage : std::uint8_t { pass, refuse };

  /// `zone` is the block's first one; `registry` outlives it.
  Detector(dns::Name zone, Consequence consequence, Log log, metrics::Registry& registry);

  /// Where probes are sent, for the text about a loop: "127.0.0.1:53", ":53" for every address.
  /// Before the first query.
  void set_target(std::string target) { target_ = std::move(target); }

  /// Sightings begin anew under another name: two random numbers of 62 bits below the zone, so that
  /// nobody can guess it (CVE-2026-26018). Also when a probe has ended: its name is known then.
  void renew(Random& random);
  dns::Name probe_name() const;

  /// A query on its way to the plugins behind. The third sight of the present probe is a loop.
  Passage see(const Query& query);

  /// The present probe was answered: if it came by once at most, nothing loops any more.
  void answered();

  /// Nothing more will be probed, whatever there was is forgotten.
  void rest();

  State state() const { return state_.load(std::memory_order_acquire); }
  /// Whether a loop was ever found.
  bool found_one() const { return found_.load(std::memory_order_relaxed); }
  const std::string& zone_text() const { return zone_text_; }

 private:
  bool is_probe(const Query& query) const;
  void found(const Query& query);

  dns::Name zone_;
  std::string zone_text_;
  std::string target_;
  Consequence consequence_;
  Log log_;
  metrics::Counter& loops_;
  metrics::Gauge& blocked_;
  std::atomic<std::uint64_t> first_{0};
  std::atomic<std::uint64_t> second_{0};
  std::atomic<unsigned> sightings_{0};
  std::atomic<State> state_{State::quiet};
  std::atomic<bool> found_{false};
};

}  // namespace catena::loop
