// SPDX-License-Identifier: Apache-2.0
#include "test/sim/worlds/signature.hpp"

#include "core/dns/tsig.hpp"

#include "test/sim/world.hpp"

#include <array>

namespace catena::sim {
namespace {

using tsig::test::operator+;
using tsig::test::number;
using tsig::test::Wire;

constexpr std::array<const char*, 5> kAlgorithms{"hmac-sha1.", "hmac-sha224.", "hmac-sha256.",
                                                 "hmac-sha384.", "hmac-sha512."};

}  // namespace

// A world lasts longer than five minutes.
Signature::Signature(Dice& dice, std::uint64_t now)
    : how_{.key = kKey,
           .algorithm = kAlgorithms[dice.below(kAlgorithms.size())],
           .time = now,
           .fudge = 65535} {}

std::vector<std::uint8_t> Signature::sign(std::vector<std::uint8_t> question) {
  mac_ = tsig::test::mac_of(how_, question + tsig::test::variables(how_));
  return tsig::test::sign(std::move(question), how_);
}

std::vector<std::uint8_t> Signature::taken_off(std::span<const std::uint8_t> answer) {
  const auto message = dns::MessageView::parse(answer);
  expect(message.has_value() && message->tsig(), "an answer without a signature");
  Arena arena;
  const auto record = dns::read_tsig(*message, arena);
  expect(record.has_value() && record->error == 0, "a signature that cannot be read");
  const auto header = dns::signed_header(*message, *record);
  Wire rest(header.begin(), header.end());
  rest.insert(rest.end(), answer.begin() + dns::kHeaderSize,
              answer.begin() + static_cast<std::ptrdiff_t>(*message->tsig()));
  tsig::test::Signing how = how_;
  how.time = record->time;
  how.fudge = record->fudge;
  const Wire timers = number(how.time, 6) + number(how.fudge, 2);
  const Wire covered = number(mac_.size(), 2) + mac_ + rest;
  mac_ = tsig::test::mac_of(how, covered + (first_ ? tsig::test::variables(how) : timers));
  first_ = false;
  expect(Wire(record->mac.begin(), record->mac.end()) == mac_, "a signature of something else");
  return rest;
}

}  // namespace catena::sim
