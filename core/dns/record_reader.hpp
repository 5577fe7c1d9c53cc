// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/arena.hpp"
#include "core/dns/name.hpp"
#include "core/dns/record.hpp"
#include "core/dns/tokens.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace catena::dns {

/// Why text was not understood. Both views last: `reason` is a constant, `token` lies in the text.
struct TextFault {
  std::string_view reason;
  std::string_view token;
  Error error = Error::bad_text;
};

[[noreturn]] inline void throw_exception_from_error(const TextFault& fault,
                                                    const boost::source_location&) {
  throw_error(fault.error);
}

template <class T>
using TextResult = boost::system::result<T, TextFault>;

/// What a record may leave out.
struct RecordDefaults {
  NameView origin;
  std::optional<NameView> owner;     ///< For a line that starts with a blank.
  std::optional<std::uint32_t> ttl;  ///< Seconds.
};

struct ReadRecord {
  Record record;  ///< Its bytes lie in the arena.
  bool has_ttl;   ///< The text names one.
};

/// Reads one record and the end of its line. Never called at an empty line. After a fault the place
/// is somewhere in the line.
TextResult<ReadRecord> read_record(Tokens& tokens, const RecordDefaults& defaults, Arena& arena);

/// Reads the data of one record up to the end of its line, into `out`, 65535 bytes at most. RFC
/// 3597's
/// \# form is taken for every type and checked.
TextResult<void> read_rdata(Tokens& tokens,
                            Type type,
                            NameView origin,
                            std::vector<std::uint8_t>& out);

/// Seconds: "3600" or "1h30m", units w d h m s in any letter case.
std::optional<std::uint32_t> parse_ttl(std::string_view text);

}  // namespace catena::dns
