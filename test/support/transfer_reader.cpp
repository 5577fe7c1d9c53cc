// SPDX-License-Identifier: Apache-2.0
#include "test/support/transfer_reader.hpp"

#include "core/dns/rdata.hpp"
#include "core/dns/writer.hpp"

#include <fmt/format.h>

namespace catena::test {

using dns::Flags;

void add_serial(std::vector<std::uint8_t>& question, std::uint32_t serial) {
  const auto byte = [serial](int at) { return static_cast<std::uint8_t>(serial >> at); };
  question[9] = 1;
  // The owner is a pointer to the question.
  for (const std::uint8_t b : {0xc0, 12, 0, 6, 0, 1, 0, 0, 0, 0, 0, 22, 0, 0})
    question.push_back(b);
  for (const int at : {24, 16, 8, 0}) question.push_back(byte(at));
  question.resize(question.size() + 16);
}

std::vector<std::uint8_t> TransferReader::question() const {
  std::array<std::uint8_t, 512> room;
  dns::Writer writer(room);
  writer.header(asked_.id, Flags());
  writer.question({asked_.zone, type(), dns::Class::IN});
  const auto message = writer.finish();
  std::vector<std::uint8_t> bytes(message.begin(), message.end());
  if (asked_.serial) add_serial(bytes, *asked_.serial);
  return bytes;
}

TransferReader::Step TransferReader::fail(std::string why) {
  error_ = std::move(why);
  return Step::failed;
}

TransferReader::Step TransferReader::received(std::span<const std::uint8_t> message) {
  records_.clear();
  arena_.reset();
  bytes_ += message.size();
  if (++messages_ > limits_.messages) return fail("too many messages");
  if (bytes_ > limits_.bytes) return fail("too many bytes");
  const auto view = dns::MessageView::parse(message);
  if (!view) return fail("a message that cannot be read");
  if (std::string wrong = complaint(*view); !wrong.empty()) return fail(std::move(wrong));
  if (std::string wrong = unpack(*view); !wrong.empty()) return fail(std::move(wrong));
  for (const dns::Record& record : records_) {
    if (std::string wrong = take(record); !wrong.empty()) return fail(std::move(wrong));
  }
  if (shape_ == Shape::unknown && !is_news()) {
    shape_ = Shape::up_to_date;
    return Step::done;
  }
  return ended_ ? Step::done : Step::more;
}

// RFC 5936 section 2.2: only the first message has to show its question.
std::string TransferReader::complaint(const dns::MessageView& message) const {
  const Flags flags = message.flags();
  if (message.id() != asked_.id) return "another id";
  if (!flags.has(Flags::kQR) || flags.opcode() != dns::Opcode::Query) return "no answer";
  if (message.rcode() != dns::Rcode::NoError) return std::string(dns::to_string(message.rcode()));
  if (flags.has(Flags::kTC)) return "an answer that is cut";
  const std::uint16_t questions = message.header().counts[0];
  if (questions == 0 && messages_ > 1) return {};
  const bool same = questions == 1 && message.question().type == type() &&
                    message.question().name == asked_.zone.view();
  return same ? "" : "another question";
}

std::string TransferReader::unpack(const dns::MessageView& message) {
  for (const dns::PackedRecord& packed : message.records(dns::Section::answer)) {
    const auto record = message.unpack(packed, arena_);
    if (!record) return "a record that cannot be read";
    records_.push_back(*record);
  }
  return records_.empty() ? "a message without records" : "";
}

std::string TransferReader::take(const dns::Record& record) {
  if (ended_) return "records behind the end";
  if (record.rclass != dns::Class::IN) return "a record of another class";
  if (!record.owner.is_in(asked_.zone)) return "a record of another zone";
  const bool first = taken_++ == 0;
  if (record.type != dns::Type::SOA) {
    if (first) return "no SOA record in front";
    if (shape_ == Shape::unknown) shape_ = Shape::whole;
    return {};
  }
  const auto numbers = dns::soa_of(record.rdata);
  if (!numbers || record.owner != asked_.zone) return "an SOA record of no zone that was asked for";
  if (!first) return take_soa(numbers->serial);
  serial_ = numbers->serial;
  if (!asked_.serial) shape_ = Shape::whole;
  return {};
}

// Of changes the one that ends them all stands where the next old one would be (RFC 1995 section
// 4).
std::string TransferReader::take_soa(std::uint32_t serial) {
  if (shape_ == Shape::changes) {
    const bool last = adding_ && serial == serial_;
    ended_ = last;
    adding_ = !adding_;
    return {};
  }
  if (shape_ == Shape::unknown && serial != serial_) return begin_changes(serial);
  shape_ = Shape::whole;
  ended_ = true;
  return serial == serial_ ? "" : fmt::format("serial {} in front, {} at the end", serial_, serial);
}

std::string TransferReader::begin_changes(std::uint32_t serial) {
  shape_ = Shape::changes;
  return serial == asked_.serial ? "" : fmt::format("changes from serial {}", serial);
}

// RFC 1982 section 3.2.
bool TransferReader::is_news() const {
  return serial_ != asked_.serial && serial_ - *asked_.serial < 0x80000000u;
}

}  // namespace catena::test
