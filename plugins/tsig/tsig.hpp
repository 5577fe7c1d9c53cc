// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/metrics.hpp"
#include "core/plugin/abilities.hpp"
#include "core/plugin/plugin.hpp"
#include "core/plugin/setup.hpp"
#include "core/plugin/zones.hpp"

#include "plugins/tsig/hmac.hpp"
#include "plugins/tsig/keys.hpp"
#include "plugins/tsig/verify.hpp"

#include <array>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace catena::tsig {

/// Values of one kind, or all there are.
template <class T>
struct Some {
  std::set<T> these;
  bool all = false;

  bool has(T value) const { return all || these.contains(value); }
};

struct Settings {
  Zones zones;
  std::shared_ptr<const Keys> keys;
  Some<dns::Type> types;      ///< Questions that must be signed.
  Some<dns::Opcode> opcodes;  ///< The same by opcode.
};

/// Counts what a listener refuses.
class Refusals {
 public:
  Refusals(metrics::Registry& registry, const std::string& server);
  void count(Fault fault, Lane lane) const {
    by_fault_[static_cast<std::size_t>(fault)]->add(lane);
  }

 private:
  std::array<metrics::Counter*, kFaults> by_fault_{};  // Null for no fault.
};

/// Judges signatures of questions, and signs the answers to signed ones (RFC 8945). For the plugins
/// behind it a question is one without a signature. Any thread.
class Tsig final : public Plugin, public SharesListener {
 public:
  Tsig(Settings settings, const Setup& setup);

  Reply serve(Query& query, Next next) const override;
  void shares(std::uint16_t server, std::span<const ListenerSettings* const> blocks) override;

 private:
  Reply judged(Query& query, Next next) const;
  Outcome refuse(Query& query, Fault fault) const;

  Settings settings_;
  PerServer<Refusals> refusals_;
  std::vector<Keyring> keys_;         // By listener.
  mutable std::vector<Hmacs> hmacs_;  // By lane; each touched by its own thread only.
};

}  // namespace catena::tsig
