// SPDX-License-Identifier: Apache-2.0
#include "plugins/cache/packed.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace catena::cache {
namespace {

enum class Owner : std::uint8_t { question, same_as_before, target_of_before, own };

struct Head {
  std::uint16_t type;
  std::uint16_t rclass;
  std::uint16_t rdata_size;
  Owner owner;
  std::uint8_t owner_size;
};
static_assert(sizeof(Head) == 8);

constexpr dns::Section kSections[] = {dns::Section::answer, dns::Section::authority,
                                      dns::Section::additional};

/// The name that a CNAME's whole data is: the next record of a chain has it as its owner.
bool is_target(const dns::Record& before, dns::NameView name) {
  return before.type == dns::Type::CNAME && before.rdata.size() == name.size() &&
         std::memcmp(before.rdata.data(), name.data(), name.size()) == 0;
}

Owner owner_of(const dns::Record& record, dns::NameView question, const dns::Record* before) {
  if (record.owner == question) return Owner::question;
  if (before == nullptr) return Owner::own;
  if (record.owner.same_case(before->owner)) return Owner::same_as_before;
  return is_target(*before, record.owner) ? Owner::target_of_before : Owner::own;
}

/// Calls `visit(record, owner)` for each record in the order in which they are packed.
template <class Visit>
void each_record(const dns::Response& response, dns::NameView question, Visit&& visit) {
  const dns::Record* before = nullptr;
  for (const dns::Section section : kSections) {
    for (const dns::Record& record : response.records(section)) {
      visit(record, owner_of(record, question, before));
      before = &record;
    }
  }
}

std::uint8_t* put(std::uint8_t* out, const void* bytes, std::size_t size) {
  if (size != 0) std::memcpy(out, bytes, size);
  return out + size;
}

/// Reads packed records one by one.
class Unpacker {
 public:
  Unpacker(std::span<const std::uint8_t> bytes, dns::NameView question, std::uint32_t ttl)
      : at_(bytes.data()), question_(question) {
    record_.ttl = ttl;
  }

  const dns::Record& next() {
    Head head;
    std::memcpy(&head, at_, sizeof head);
    at_ += sizeof head;
    record_.owner = owner(head);
    record_.type = static_cast<dns::Type>(head.type);
    record_.rclass = static_cast<dns::Class>(head.rclass);
    record_.rdata = {at_, head.rdata_size};
    at_ += head.rdata_size;
    return record_;
  }

 private:
  dns::NameView owner(const Head& head) {
    switch (head.owner) {
      case Owner::question:
        return question_;
      case Owner::same_as_before:
        return record_.owner;
      case Owner::target_of_before:
        return dns::NameView(record_.rdata);
      case Owner::own:
        break;
    }
    const dns::NameView name(at_, head.owner_size);
    at_ += head.owner_size;
    return name;
  }

  const std::uint8_t* at_;
  dns::NameView question_;
  dns::Record record_;
};

}  // namespace

std::optional<std::size_t> packed_size(const dns::Response& response, dns::NameView question) {
  for (const dns::Section section : kSections) {
    constexpr std::size_t kMost = std::numeric_limits<std::uint16_t>::max();
    if (response.records(section).size() > kMost) return std::nullopt;
  }
  std::size_t size = 0;
  each_record(response, question, [&size](const dns::Record& record, Owner owner) {
    size += sizeof(Head) + record.rdata.size();
    if (owner == Owner::own) size += record.owner.size();
  });
  return size <= kMaxPacked ? std::optional(size) : std::nullopt;
}

void pack(const dns::Response& response, dns::NameView question, std::span<std::uint8_t> out) {
  std::uint8_t* at = out.data();
  each_record(response, question, [&at](const dns::Record& record, Owner owner) {
    const Head head{static_cast<std::uint16_t>(record.type),
                    static_cast<std::uint16_t>(record.rclass),
                    static_cast<std::uint16_t>(record.rdata.size()), owner,
                    static_cast<std::uint8_t>(record.owner.size())};
    at = put(at, &head, sizeof head);
    if (owner == Owner::own) at = put(at, record.owner.data(), record.owner.size());
    at = put(at, record.rdata.data(), record.rdata.size());
  });
}

bool unpack(const Packed& packed,
            dns::NameView question,
            std::uint32_t ttl,
            dns::Response& response) {
  Unpacker records(packed.records, question, ttl);
  for (const dns::Section section : kSections) {
    const std::size_t count = packed.facts.counts[static_cast<std::size_t>(section)];
    if (count == 0) continue;
    response.reserve(section, count);
    for (std::size_t i = 0; i < count; ++i) {
      if (!response.add(section, records.next())) return false;
    }
  }
  return true;
}

}  // namespace catena::cache
