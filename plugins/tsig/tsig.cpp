// SPDX-License-Identifier: Apache-2.0
#include "plugins/tsig/tsig.hpp"

#include "core/dns/tsig_error.hpp"
#include "core/plugin/engine.hpp"

#include "plugins/tsig/signer.hpp"

namespace catena::tsig {
namespace {

using dns::TsigError;

TsigError error_of(Fault fault) {
  switch (fault) {
    case Fault::bad_key:
      return TsigError::BadKey;
    case Fault::bad_time:
      return TsigError::BadTime;
    case Fault::bad_truncation:
      return TsigError::BadTrunc;
    case Fault::none:
      return TsigError::NoError;
    default:
      return TsigError::BadSig;
  }
}

// Whoever could not show that he has the key gets nothing that is signed with it.
bool is_signed(TsigError error) { return error != TsigError::BadKey && error != TsigError::BadSig; }

std::uint64_t seconds_of(WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch());
  return static_cast<std::uint64_t>(seconds.count());
}

dns::Rcode rcode_of(Fault fault) {
  if (fault == Fault::no_signature) return dns::Rcode::Refused;
  return fault == Fault::malformed ? dns::Rcode::FormErr : dns::Rcode::NotAuth;
}

/// A request's own signature, and what is made of it.
struct Judged {
  const dns::Tsig& record;
  const Verdict& verdict;
  const Judge& judge;
};

// False where there is no room for it.
bool sign_answers(Query& query, const Judged& request) {
  const auto& [record, verdict, judge] = request;
  const TsigError error = error_of(verdict.fault);
  Signer* signer = nullptr;
  if (is_signed(error)) {
    const Signer::Key key{**verdict.secret, judge.hmacs.of(verdict.algorithm),
                          mac_size(verdict.algorithm)};
    signer = query.arena().make<Signer>(record, error, judge.now, key);
  } else {
    signer = query.arena().make<Signer>(record, error, judge.now);
  }
  return signer != nullptr && query.add_wire_hook(*signer);
}

}  // namespace

Refusals::Refusals(metrics::Registry& registry, const std::string& server) {
  for (std::size_t i = 1; i < kFaults; ++i) {
    by_fault_[i] = &registry.counter(
        "catena_tsig_refused_total",
        "Counter of queries that were refused for their signature, or since they had none.",
        {{"reason", std::string(to_string(static_cast<Fault>(i)))}, {"server", server}});
  }
}

Tsig::Tsig(Settings settings, const Setup& setup)
    : settings_(std::move(settings)),
      refusals_(setup.servers(),
                [&](const std::string& server) { return Refusals(setup.metrics(), server); }),
      hmacs_(setup.metrics().lanes()) {}

void Tsig::shares(std::uint16_t server, std::span<const ListenerSettings* const> blocks) {
  if (keys_.size() <= server) keys_.resize(server + 1u);
  keys_[server] = Keyring::of(settings_.keys, blocks);
}

Reply Tsig::serve(Query& query, Next next) const {
  if (!settings_.zones.contains(query.name())) return next(query);
  if (query.is_signed()) return judged(query, next);
  const bool required = settings_.types.has(query.type()) || settings_.opcodes.has(query.opcode());
  return required ? refuse(query, Fault::no_signature) : next(query);
}

Reply Tsig::judged(Query& query, Next next) const {
  const dns::MessageView& message = *query.message();
  const auto record = dns::read_tsig(message, query.arena());
  if (!record) return refuse(query, Fault::malformed);
  const Judge judge{keys_[query.transport().server], hmacs_[index(query.engine().lane())],
                    seconds_of(query.engine().clock().wall())};
  const Verdict verdict = verify(message, *record, judge);
  if (verdict.fault == Fault::malformed) return refuse(query, verdict.fault);
  query.remove_signature();
  if (!sign_answers(query, {*record, verdict, judge})) return query.fail(dns::Rcode::ServFail);
  return verdict.fault == Fault::none ? next(query) : refuse(query, verdict.fault);
}

Outcome Tsig::refuse(Query& query, Fault fault) const {
  const Refusals* refusals = refusals_.find(query.transport());
  if (refusals != nullptr) refusals->count(fault, query.engine().lane());
  return query.fail(rcode_of(fault));
}

}  // namespace catena::tsig
