// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/dns/tsig.hpp"

#include "plugins/tsig/hmac.hpp"
#include "plugins/tsig/keys.hpp"

#include <string_view>

namespace catena::tsig {

/// What is wrong with a request: where a signature is required there is none, or with the
/// signature, in the order of the checks (RFC 8945 section 5.2).
enum class Fault : std::uint8_t {
  none,
  no_signature,
  malformed,       ///< The record or the MAC's size is none that there can be.
  bad_key,         ///< The key or the algorithm is not known.
  bad_signature,   ///< Somebody else's, or the message has changed.
  bad_time,        ///< Right, but of another time.
  bad_truncation,  ///< Right, but shorter than is asked for here.
};
constexpr std::size_t kFaults = 7;

/// As metrics call it.
std::string_view to_string(Fault fault);

struct Verdict {
  Fault fault = Fault::none;
  Algorithm algorithm = Algorithm::sha256;
  const Secret* secret = nullptr;  ///< Null with bad_key.
};

/// What a server goes by; outlives the verdict.
struct Judge {
  const Keyring& keys;
  Hmacs& hmacs;
  std::uint64_t now;  ///< Seconds since 1970.
};

/// Judges the signature of a request, `tsig` being its own record. MACs must be whole: those that
/// are cut are right or wrong, but never enough.
Verdict verify(const dns::MessageView& message, const dns::Tsig& tsig, const Judge& judge);

}  // namespace catena::tsig
