// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/arena.hpp"
#include "core/dns/generate.hpp"
#include "core/dns/name.hpp"
#include "core/dns/record.hpp"
#include "core/dns/tokens.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace catena::dns {

/// Where zone-file text is wrong and why.
struct ZoneFault {
  std::string file;
  std::size_t line = 0;  ///< From 1.
  std::string text;

  /// "db.example.org:12: unknown type "FOO"".
  std::string to_string() const;
};

[[noreturn]] void throw_exception_from_error(const ZoneFault& fault, const boost::source_location&);

/// The whole content of a file; config::FileSystem::read() is one.
using OpenFile = std::function<boost::system::result<std::string>(const std::string& path)>;

/// Reads zone-file text (RFC 1035 section 5.1, RFC 2308 section 4) record by record: $ORIGIN, $TTL,
/// $INCLUDE, $GENERATE; a line that starts with a blank repeats the owner; without $TTL the last
/// TTL named is the next one's, as in CoreDNS. Nothing throws but `open`. One thread.
class ZoneScanner {
 public:
  /// $INCLUDE in an included file and so on.
  static constexpr std::size_t kMaxIncludeDepth = 7;

  /// `file` is for messages, and $INCLUDE is relative to its folder. Without `open` there is no
  /// $INCLUDE.
  ZoneScanner(std::string file, std::string text, const Name& origin, OpenFile open = {});

  /// The next record, its bytes in the arena, which may be reset between calls; nothing at the end
  /// and after a fault.
  boost::system::result<std::optional<Record>, ZoneFault> next(Arena& arena);

 private:
  /// A file that is being read. Stays at its address: tokens point into its text.
  struct Source {
    Source(std::string name, std::string content, const Name& at)
        : file(std::move(name)), text(std::move(content)), tokens(text), origin(at) {}
    std::string file;
    std::string text;
    Tokens tokens;
    Name origin;
    std::optional<Name> owner;
    std::optional<std::uint32_t> ttl;
    bool ttl_by_directive = false;
  };
  using Step = boost::system::result<std::optional<Record>, ZoneFault>;

  Step step(Arena& arena);
  Step read_line(Arena& arena);
  Step read_generated(Arena& arena);
  Step read_directive();
  Step set_origin();
  Step set_ttl();
  Step include();
  Step begin_generate();
  Step end_directive();
  Step take_record(Tokens& tokens, Arena& arena);
  ZoneFault fault(std::size_t line, std::string_view reason, std::string_view token = {}) const;
  Source& source() { return *sources_.back(); }

  std::vector<std::unique_ptr<Source>> sources_;  // The innermost file is the last.
  OpenFile open_;
  std::optional<Generate> generate_;
  std::size_t generate_line_ = 0;
};

}  // namespace catena::dns
