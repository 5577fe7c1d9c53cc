// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/dns/name.hpp"

#include <array>
#include <cstdint>
#include <span>

namespace catena::dns {

/// The labels of a name from the left, each with a hash of the name that begins there.
class Suffixes {
 public:
  explicit Suffixes(NameView name);

  std::size_t count() const { return count_; }
  std::size_t offset(std::size_t index) const { return offsets_[index]; }
  std::uint32_t hash(std::size_t index) const { return hashes_[index]; }

 private:
  static constexpr std::size_t kMostLabels = 127;
  std::array<std::uint8_t, kMostLabels> offsets_;
  std::array<std::uint32_t, kMostLabels> hashes_;
  std::size_t count_ = 0;
};

/// Where in a message under construction names begin, so that later names can point there (RFC 1035
/// section 4.1.4). Of fixed size: what finds no place is forgotten, which costs bytes and nothing
/// else. Its memory is only touched once the first name comes.
class NameTable {
 public:
  bool empty() const { return !in_use_; }

  /// The offset of the same bytes in `written`, letter case included; 0 if not known.
  std::uint16_t find(std::span<const std::uint8_t> written,
                     NameView suffix,
                     std::uint32_t hash) const;

  /// Offsets that a pointer cannot hold are passed over.
  void remember(std::size_t offset, std::uint32_t hash);

 private:
  static constexpr std::size_t kSlots = 128;
  static constexpr std::size_t kProbes = 8;  ///< Bounds the work that chosen names can make.

  struct Slot {
    std::uint16_t offset;  ///< 0: free.
    std::uint16_t check;
  };
  std::array<Slot, kSlots> slots_;
  bool in_use_ = false;
};

}  // namespace catena::dns
