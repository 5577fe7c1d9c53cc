// SPDX-License-Identifier: Apache-2.0
#include "plugins/tsig/verify.hpp"

#include <algorithm>

namespace catena::tsig {
namespace {

// RFC 8945 section 5.2.2.1.
constexpr std::size_t kShortestMac = 10;

bool is_possible_size(std::size_t size, Algorithm algorithm) {
  const std::size_t whole = mac_size(algorithm);
  return size <= whole && size >= std::max(kShortestMac, whole / 2);
}

std::optional<Mac> mac_of(const dns::MessageView& message,
                          const dns::Tsig& tsig,
                          Bytes secret,
                          Hmac& hmac) {
  std::array<std::uint8_t, dns::kSignedVariables> variables;
  hmac.begin(secret);
  hmac.add(dns::signed_header(message, tsig));
  hmac.add(message.bytes().first(*message.tsig()).subspan(dns::kHeaderSize));
  hmac.add(dns::signed_variables(tsig, variables));
  hmac.add(tsig.other);
  return hmac.finish();
}

bool in_time(const dns::Tsig& tsig, std::uint64_t now) {
  const std::uint64_t apart = now > tsig.time ? now - tsig.time : tsig.time - now;
  return apart <= tsig.fudge;
}

}  // namespace

std::string_view to_string(Fault fault) {
  switch (fault) {
    case Fault::no_signature:
      return "unsigned";
    case Fault::malformed:
      return "malformed";
    case Fault::bad_key:
      return "key";
    case Fault::bad_signature:
      return "signature";
    case Fault::bad_time:
      return "time";
    case Fault::bad_truncation:
      return "truncation";
    default:
      return "none";
  }
}

Verdict verify(const dns::MessageView& message, const dns::Tsig& tsig, const Judge& judge) {
  const Secret* secret = judge.keys.find(tsig.key);
  const auto algorithm = algorithm_of(tsig.algorithm);
  if (secret == nullptr || !algorithm) return {Fault::bad_key};
  Verdict verdict{Fault::none, *algorithm, secret};
  const auto with = [&verdict](Fault fault) {
    verdict.fault = fault;
    return verdict;
  };
  if (!is_possible_size(tsig.mac.size(), *algorithm)) return with(Fault::malformed);
  if (!*secret) return with(Fault::bad_signature);
  const auto mac = mac_of(message, tsig, **secret, judge.hmacs.of(*algorithm));
  if (!mac || !same_bytes(mac->view().first(tsig.mac.size()), tsig.mac)) {
    return with(Fault::bad_signature);
  }
  if (!in_time(tsig, judge.now)) return with(Fault::bad_time);
  if (tsig.mac.size() < mac_size(*algorithm)) return with(Fault::bad_truncation);
  return verdict;
}

}  // namespace catena::tsig
