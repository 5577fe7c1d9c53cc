// SPDX-License-Identifier: Apache-2.0
#include "core/dns/message_parser.hpp"

#include "core/dns/bytes.hpp"
#include "core/dns/rdata.hpp"
#include "core/dns/rdata_fields.hpp"

namespace catena::dns {

namespace {

/// A question's name is the first of a message: there is nothing that it could point to.
Result<Question> read_question(std::span<const std::uint8_t> message, std::size_t offset) {
  std::array<std::uint8_t, NameView::kMaxSize> unpacked;
  const Result<ReadName> read = read_name(message, offset, unpacked);
  if (!read) return read.error();
  if (read->name.data() == unpacked.data()) return Error::bad_pointer;
  const std::size_t numbers = offset + read->size_in_message;
  if (message.size() - numbers < 4) return Error::truncated;
  return Question{.name = read->name,
                  .type = static_cast<Type>(load16(message.data() + numbers)),
                  .qclass = static_cast<Class>(load16(message.data() + numbers + 2))};
}

Result<std::size_t> size_of_field(Field field,
                                  std::span<const std::uint8_t> message,
                                  std::size_t at,
                                  std::size_t end) {
  if (field == Field::name || field == Field::compressible_name) return skip_name(message, at);
  const std::optional<std::size_t> size = field_size(field, message.subspan(at, end - at));
  if (!size) return Error::bad_rdata;
  return *size;
}

}  // namespace

Result<PackedRecord> read_packed_record(std::span<const std::uint8_t> message, std::size_t offset) {
  const Result<std::size_t> owner_size = skip_name(message, offset);
  if (!owner_size) return owner_size.error();
  const std::size_t numbers = offset + *owner_size;
  if (message.size() - numbers < 10) return Error::truncated;
  const std::uint8_t* at = message.data() + numbers;
  const PackedRecord record{.owner = offset,
                            .type = static_cast<Type>(load16(at)),
                            .rclass = static_cast<Class>(load16(at + 2)),
                            .ttl = load32(at + 4),
                            .rdata = numbers + 10,
                            .rdata_size = load16(at + 8)};
  if (message.size() - record.rdata < record.rdata_size) return Error::truncated;
  return record;
}

std::optional<Error> check_packed_rdata(std::span<const std::uint8_t> message,
                                        const PackedRecord& record) {
  if (record.rdata_size == 0) return {};
  std::size_t at = record.rdata;
  const std::size_t end = record.rdata + record.rdata_size;
  for (const Field field : fields_of(record.type)) {
    if (field == Field::end) break;
    const Result<std::size_t> size = size_of_field(field, message, at, end);
    if (!size) return size.error();
    if (*size > end - at) return Error::bad_rdata;
    at += *size;
  }
  if (at != end) return Error::bad_rdata;
  return {};
}

Result<MessageView> MessageParser::parse() {
  const std::optional<Header> header = Header::read(message_);
  if (!header) return Error::truncated;
  view_.bytes_ = message_;
  view_.header_ = *header;
  if (const std::optional<Error> error = read_questions()) return *error;
  view_.starts_.fill(at_);
  if (ends_behind_question()) return view_;
  for (const Section section : {Section::answer, Section::authority, Section::additional}) {
    view_.starts_[static_cast<std::size_t>(section)] = at_;
    if (const std::optional<Error> error = read_section(section)) return *error;
  }
  view_.starts_[3] = at_;
  return view_;
}

bool MessageParser::ends_behind_question() const {
  return counts_ == MessageView::Counts::lenient_after_question && at_ == message_.size();
}

std::optional<Error> MessageParser::read_questions() {
  for (std::size_t i = 0; i < view_.header_.counts[0]; ++i) {
    const Result<Question> question = read_question(message_, at_);
    if (!question) return question.error();
    view_.question_ = *question;
    at_ += question->name.size() + 4;
  }
  return {};
}

std::optional<Error> MessageParser::read_section(Section section) {
  const std::size_t count = view_.header_.counts[static_cast<std::size_t>(section) + 1];
  for (std::size_t i = 0; i < count; ++i) {
    const bool last = section == Section::additional && i + 1 == count;
    if (const std::optional<Error> error = read_record(section, last)) return error;
  }
  return {};
}

std::optional<Error> MessageParser::read_record(Section section, bool last) {
  const Result<PackedRecord> record = read_packed_record(message_, at_);
  if (!record) return record.error();
  if (record->type == Type::TSIG) {
    if (!last) return Error::misplaced_tsig;
    // Unlike other data, a signature of no bytes means nothing at all.
    if (record->rdata_size == 0) return Error::bad_rdata;
    view_.tsig_ = record->owner;
  }
  if (record->type == Type::OPT) {
    if (section != Section::additional) return Error::bad_rdata;
    if (const std::optional<Error> error = read_opt(*record)) return error;
  } else if (const std::optional<Error> error = check_packed_rdata(message_, *record)) {
    return error;
  }
  at_ = record->rdata + record->rdata_size;
  if (record->type != Type::OPT && record->type != Type::TSIG) {
    ++view_.records_present_[static_cast<std::size_t>(section)];
  }
  return {};
}

// RFC 6891 section 6.1.2: class and TTL have meanings of their own.
std::optional<Error> MessageParser::read_opt(const PackedRecord& record) {
  if (view_.edns_) return Error::duplicate_opt;
  if (message_[record.owner] != 0) return Error::bad_rdata;
  const auto options = message_.subspan(record.rdata, record.rdata_size);
  if (!options_are_whole(options)) return Error::bad_rdata;
  view_.edns_ = Edns{.udp_size = static_cast<std::uint16_t>(record.rclass),
                     .extended_rcode = static_cast<std::uint8_t>(record.ttl >> 24),
                     .version = static_cast<std::uint8_t>(record.ttl >> 16),
                     .flags = static_cast<std::uint16_t>(record.ttl),
                     .options = options};
  return {};
}

Result<Question> parse_question(std::span<const std::uint8_t> message) {
  const std::optional<Header> header = Header::read(message);
  if (!header || header->counts[0] != 1) return Error::truncated;
  return read_question(message, kHeaderSize);
}

}  // namespace catena::dns
