// SPDX-License-Identifier: Apache-2.0
#include "core/dns/response.hpp"

#include "core/dns/answer_flags.hpp"

#include <algorithm>

namespace catena::dns {

namespace {

constexpr std::array<Section, 3> kSections = {Section::answer, Section::authority,
                                              Section::additional};
constexpr std::size_t kFirstCapacity = 4;

/// Copies bytes into the arena; one copy serves all records in a row that share an owner.
class Copier {
 public:
  explicit Copier(Arena& arena) : arena_(arena) {}

  bool copy(std::span<const std::uint8_t>& bytes) {
    if (bytes.empty()) return true;
    const std::span<std::uint8_t> kept = arena_.copy(bytes);
    if (kept.empty()) return false;
    bytes = kept;
    return true;
  }

  bool copy(Record& record) { return copy_owner(record.owner) && copy(record.rdata); }

 private:
  bool copy_owner(NameView& owner) {
    if (owner.data() != from_.data() || owner.size() != from_.size()) {
      std::span<const std::uint8_t> bytes = owner.bytes();
      if (!copy(bytes)) return false;
      from_ = owner;
      to_ = NameView(bytes);
    }
    owner = to_;
    return true;
  }

  Arena& arena_;
  NameView from_;
  NameView to_;
};

/// Unpacks records; those in a row whose owner is one and the same pointer share one copy of it.
class SharingReader {
 public:
  SharingReader(const MessageView& message, Arena& arena) : message_(message), arena_(arena) {}

  Result<Record> read(const PackedRecord& packed) {
    const std::uint8_t* at = message_.bytes().data() + packed.owner;
    const bool is_pointer = *at > NameView::kMaxLabel;
    if (is_pointer && pointer_ != nullptr && std::equal(at, at + 2, pointer_)) {
      return message_.unpack(packed, owner_, arena_);
    }
    const Result<Record> record = message_.unpack(packed, arena_);
    if (record && is_pointer) {
      pointer_ = at;
      owner_ = record->owner;
    }
    return record;
  }

 private:
  const MessageView& message_;
  Arena& arena_;
  const std::uint8_t* pointer_ = nullptr;
  NameView owner_;
};

std::optional<Error> copy_all(const MessageView& message, Response& response) {
  SharingReader reader(message, response.arena());
  for (const Section section : kSections) {
    for (const PackedRecord& packed : message.records(section)) {
      const Result<Record> record = reader.read(packed);
      if (!record) return record.error();
      if (!response.add(section, *record)) return Error::no_room;
    }
  }
  response.edns = message.edns();
  const bool copied = !response.edns || Copier(response.arena()).copy(response.edns->options);
  return copied ? std::optional<Error>() : Error::no_room;
}

}  // namespace

bool Response::grow(Row& row, std::size_t capacity) {
  const std::span<Record> room = arena_->array_if_room<Record>(capacity);
  if (room.empty()) return false;
  std::copy(row.span().begin(), row.span().end(), room.begin());
  row.records = room.data();
  row.capacity = capacity;
  return true;
}

bool Response::add(Section section, const Record& record) {
  Row& target = row(section);
  if (target.count == target.capacity &&
      !grow(target, std::max(kFirstCapacity, 2 * target.capacity))) {
    overflowed_ = true;
    return false;
  }
  target.records[target.count++] = record;
  return true;
}

bool Response::add_copies(Section section, std::span<const Record> records) {
  Copier copier(*arena_);
  for (Record record : records) {
    if (!copier.copy(record) || !add(section, record)) {
      spoil();
      return false;
    }
  }
  return true;
}

bool Response::copy(const Response& other) {
  clear();
  flags = other.flags;
  rcode = other.rcode;
  edns = other.edns;
  overflowed_ = other.overflowed_;
  if (edns && !Copier(*arena_).copy(edns->options)) spoil();
  for (const Section section : kSections) add_copies(section, other.records(section));
  return !spoiled();
}

void Response::shrink(Section section, std::size_t count) {
  Row& target = row(section);
  target.count = std::min(target.count, count);
}

void Response::reserve(Section section, std::size_t count) {
  Row& target = row(section);
  if (count > target.capacity - target.count) grow(target, target.count + count);
}

void Response::clear() {
  flags = Flags();
  rcode = Rcode::NoError;
  edns.reset();
  whole_ = {};
  for (Row& each : rows_) each.count = 0;
  overflowed_ = false;
  spoiled_ = false;
}

bool Response::own() {
  Copier copier(*arena_);
  bool copied = !edns || copier.copy(edns->options);
  for (const Section section : kSections) {
    for (Record& record : records(section)) copied = copied && copier.copy(record);
  }
  if (!copied) {
    clear();
    rcode = Rcode::ServFail;
  }
  return copied;
}

Result<void> Response::assign(const MessageView& message) {
  clear();
  if (const std::optional<Error> error = copy_all(message, *this)) {
    clear();
    return *error;
  }
  flags = Flags(message.flags().bits() & kept_flags(message.flags().opcode()));
  rcode = message.rcode();
  return {};
}

Result<void> Response::assign_whole(const MessageView& message) {
  Result<void> assigned = assign(message);
  if (assigned && !Copier(*arena_).copy(whole_ = message.bytes())) {
    clear();
    return Error::no_room;
  }
  return assigned;
}

std::size_t Response::uncompressed_size(const Question& question) const {
  std::size_t size = kHeaderSize + question.name.size() + 4;
  for (const Section section : kSections) {
    for (const Record& record : records(section)) size += dns::uncompressed_size(record);
  }
  return size;
}

}  // namespace catena::dns
