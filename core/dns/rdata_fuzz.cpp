// SPDX-License-Identifier: Apache-2.0
#include "core/dns/bytes.hpp"
#include "core/dns/rdata.hpp"
#include "core/dns/text.hpp"

#include <cstdlib>

using namespace catena;
using namespace catena::dns;

namespace {

void require(bool good) {
  if (!good) std::abort();
}

/// All bytes come by once and in order.
void check_walk(Type type, std::span<const std::uint8_t> rdata) {
  const std::uint8_t* next = rdata.data();
  const auto pass = [&](const std::uint8_t* start, std::size_t size) {
    require(start == next);
    next += size;
  };
  walk_rdata(
      type, rdata, [&](NameView name, bool) { pass(name.data(), name.size()); },
      [&](std::span<const std::uint8_t> bytes) { pass(bytes.data(), bytes.size()); });
  require(next == rdata.data() + rdata.size());
}

/// What is printed can be read, and printing that gives the same text from then on.
void check_text(const Record& record) {
  Arena arena;
  const auto again = parse_record(to_text(record), arena);
  require(again.has_value());
  const auto once_more = parse_record(to_text(*again), arena);
  require(once_more.has_value());
  require(to_text(*once_more) == to_text(*again));
}

}  // namespace

/// Two bytes of type, two of where the data starts, then a message whose end the data reaches.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 4) return 0;
  const auto type = static_cast<Type>(load16(data));
  const std::span<const std::uint8_t> message(data + 4, size - 4);
  const std::size_t start = message.empty() ? 0 : load16(data + 2) % message.size();
  check_walk(type, message.subspan(start));
  rdata_to_text(type, message.subspan(start));
  Arena arena;
  const auto rdata = unpack_rdata(message, start, message.size() - start, type, arena);
  if (!rdata) return 0;
  check_walk(type, *rdata);
  if (!rdata->empty()) check_text({.type = type, .rdata = *rdata});
  return 0;
}
