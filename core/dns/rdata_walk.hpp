// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/dns/rdata.hpp"

#include <array>
#include <cstdint>
#include <span>

namespace catena::dns {

/// Where the names lie in one record's data. No type has more than two.
struct RdataNames {
  static constexpr std::size_t kMost = 2;
  struct Span {
    std::uint16_t offset;
    std::uint8_t size;
    bool compressible;
  };
  std::array<Span, kMost> places;
  std::uint8_t count = 0;
  bool fits = false;  ///< The whole data is as the table says; else there are no places.
};

/// Checks uncompressed data against the table and finds its names.
RdataNames find_names(Type type, std::span<const std::uint8_t> rdata);

template <class Names, class Bytes>
bool walk_rdata(Type type, std::span<const std::uint8_t> rdata, Names&& names, Bytes&& bytes) {
  const RdataNames found = find_names(type, rdata);
  std::size_t done = 0;
  for (std::size_t i = 0; i < found.count; ++i) {
    const RdataNames::Span& place = found.places[i];
    if (place.offset > done) bytes(rdata.subspan(done, place.offset - done));
    names(NameView(rdata.data() + place.offset, place.size), place.compressible);
    done = std::size_t{place.offset} + place.size;
  }
  if (done < rdata.size()) bytes(rdata.subspan(done));
  return found.fits;
}

}  // namespace catena::dns
