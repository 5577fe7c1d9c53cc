// SPDX-License-Identifier: Apache-2.0
#include "core/dns/name_table.hpp"

#include "core/dns/bytes.hpp"
#include "core/dns/fold.hpp"

#include <algorithm>
#include <cstring>

namespace catena::dns {

namespace {

constexpr std::size_t kMostOfPointer = 0x3fff;

/// One to eight bytes as a number; different for different bytes of one length.
std::uint64_t load_up_to_eight(const std::uint8_t* bytes, std::size_t size) {
  if (size >= 8) return load_eight(bytes);
  if (size >= 4) {
    return static_cast<std::uint64_t>(load32(bytes)) << 32 | load32(bytes + size - 4);
  }
  return static_cast<std::uint64_t>(bytes[0]) << 16 | bytes[size / 2] << 8 | bytes[size - 1];
}

std::uint64_t mix(std::uint64_t hash, std::uint64_t bytes) {
  hash = (hash ^ bytes) * 0x9e3779b97f4a7c15;
  return hash ^ hash >> 32;
}

/// `rest` is the hash of what follows the label; the label comes with its length byte.
std::uint64_t hash_label(std::uint64_t rest, const std::uint8_t* label) {
  const std::size_t size = *label + 1u;
  std::size_t at = 0;
  for (; at + 8 < size; at += 8) rest = mix(rest, load_eight(label + at));
  return mix(rest, load_up_to_eight(label + at, size - at));
}

/// Whether the name that a reader finds at `at` is `name`. Never looks beyond `written`.
bool reads_as(std::span<const std::uint8_t> written, std::size_t at, NameView name) {
  // Nearly always it was written in full.
  if (at + name.size() <= written.size() &&
      std::memcmp(written.data() + at, name.data(), name.size()) == 0) {
    return true;
  }
  const std::uint8_t* label = name.data();
  while (at < written.size()) {
    const std::size_t length = written[at];
    if (length > NameView::kMaxLabel) {
      if (written.size() - at < 2) return false;
      const std::size_t target = load16(written.data() + at) & kMostOfPointer;
      if (target >= at) return false;
      at = target;
      continue;
    }
    if (length != *label || written.size() - at <= length) return false;
    if (!std::equal(label, label + length + 1, written.data() + at)) return false;
    if (length == 0) return true;
    at += length + 1;
    label += length + 1;
  }
  return false;
}

}  // namespace

Suffixes::Suffixes(NameView name) {
  for (std::size_t at = 0; name.data()[at] != 0; at += name.data()[at] + 1u) {
    offsets_[count_++] = static_cast<std::uint8_t>(at);
  }
  std::uint64_t hash = 0;
  for (std::size_t i = count_; i-- > 0;) {
    hash = hash_label(hash, name.data() + offsets_[i]);
    hashes_[i] = static_cast<std::uint32_t>(hash >> 16);
  }
}

std::uint16_t NameTable::find(std::span<const std::uint8_t> written,
                              NameView suffix,
                              std::uint32_t hash) const {
  if (!in_use_) return 0;
  for (std::size_t probe = 0; probe < kProbes; ++probe) {
    const Slot& slot = slots_[(hash + probe) % kSlots];
    if (slot.offset == 0) return 0;
    if (slot.check == hash >> 16 && reads_as(written, slot.offset, suffix)) return slot.offset;
  }
  return 0;
}

void NameTable::remember(std::size_t offset, std::uint32_t hash) {
  if (offset > kMostOfPointer) return;
  if (!in_use_) {
    slots_.fill({.offset = 0, .check = 0});
    in_use_ = true;
  }
  for (std::size_t probe = 0; probe < kProbes; ++probe) {
    Slot& slot = slots_[(hash + probe) % kSlots];
    if (slot.offset != 0) continue;
    slot = {.offset = static_cast<std::uint16_t>(offset),
            .check = static_cast<std::uint16_t>(hash >> 16)};
    return;
  }
}

}  // namespace catena::dns
