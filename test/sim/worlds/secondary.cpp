// SPDX-License-Identifier: Apache-2.0
#include "test/sim/worlds/secondary.hpp"

#include "core/dns/text.hpp"

#include "test/sim/world.hpp"
#include "test/sim/worlds/changing_zone.hpp"
#include "test/sim/worlds/frames.hpp"

#include <algorithm>

namespace catena::sim {
namespace {

constexpr std::uint16_t kId = 4711;

bool same(const dns::Record& a, const dns::Record& b) {
  return a.owner == b.owner && a.type == b.type && a.ttl == b.ttl &&
         std::equal(a.rdata.begin(), a.rdata.end(), b.rdata.begin(), b.rdata.end());
}

}  // namespace

Secondary::Secondary(std::unique_ptr<ClientEnd> end, Wants wants, std::uint32_t serial)
    : end_(std::move(end)),
      signature_(std::move(wants.signature)),
      reader_({*dns::Name::parse(kChangingZone), kId, wants.serial}),
      asked_at_(serial),
      had_(wants.serial) {
  auto question = reader_.question();
  if (signature_) question = signature_->sign(std::move(question));
  end_->send(framed(question));
}

void Secondary::take(std::size_t bytes, std::uint32_t serial) {
  const auto taken = end_->take(bytes);
  incoming_.insert(incoming_.end(), taken.begin(), taken.end());
  while (outcome_.empty() && take_message(serial)) {
  }
}

// True where there was a whole one.
bool Secondary::take_message(std::uint32_t serial) {
  const auto first = first_message(incoming_);
  if (!first) return false;
  std::vector<std::uint8_t> message(first->begin(), first->end());
  incoming_.erase(incoming_.begin(),
                  incoming_.begin() + static_cast<std::ptrdiff_t>(message.size() + 2));
  if (signature_) message = signature_->taken_off(message);
  ++messages_;
  const auto step = reader_.received(message);
  if (step == test::TransferReader::Step::failed) {
    expect(reader_.error() == "SERVFAIL", "a transfer failed: {}", reader_.error());
    outcome_ = reader_.error();
    return true;
  }
  check_records();
  if (step == test::TransferReader::Step::done) conclude(serial);
  return true;
}

void Secondary::check_records() {
  Arena arena;
  for (const dns::Record& record : reader_.records()) {
    if (record.type == dns::Type::SOA) continue;
    arena.reset();
    const std::string text = record_with(reader_.serial(), records_++);
    expect(same(record, dns::parse_record(text, arena).value()), "another record than {}", text);
  }
}

// The zone's state is one between the question and its answer's end.
void Secondary::conclude(std::uint32_t serial) {
  const std::uint32_t told = reader_.serial();
  expect(told >= asked_at_ && told <= serial, "serial {}, not between {} and {}", told, asked_at_,
         serial);
  const bool whole = reader_.shape() == Shape::whole;
  expect(whole || reader_.shape() == Shape::up_to_date, "changes, which nobody keeps");
  expect(whole != (had_ && *had_ >= told), "a zone for who has it, or none for who has not");
  const std::size_t due = whole ? records_with(told) : 0;
  expect(records_ == due, "{} records of {}", records_, due);
  expect(incoming_.empty(), "{} bytes behind the end", incoming_.size());
  outcome_ = whole ? "whole" : "up to date";
  end_->finish();
}

}  // namespace catena::sim
