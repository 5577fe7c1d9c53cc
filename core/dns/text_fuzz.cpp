// SPDX-License-Identifier: Apache-2.0
#include "core/dns/scanner.hpp"
#include "core/dns/text.hpp"

#include <cstdlib>

using namespace catena;
using namespace catena::dns;

namespace {

/// What is printed is read as the same text.
void check_record(const Record& record) {
  Arena arena;
  const std::string text = to_text(record);
  const auto again = parse_record(text, arena);
  if (!again) std::abort();
  const auto once_more = parse_record(to_text(*again), arena);
  if (!once_more || to_text(*once_more) != to_text(*again)) std::abort();
}

}  // namespace

/// A zone file.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t kMostRecords = 300;
  const OpenFile open = [](const std::string& path) -> boost::system::result<std::string> {
    if (path != "missing") return std::string("@ 1 A 192.0.2.1\n");
    return boost::system::errc::make_error_code(boost::system::errc::no_such_file_or_directory);
  };
  const std::string text(reinterpret_cast<const char*>(data), size);
  ZoneScanner scanner("db", text, Name(), open);
  Arena arena;
  for (std::size_t i = 0; i < kMostRecords; ++i) {
    arena.reset();
    const auto record = scanner.next(arena);
    if (!record || !*record) break;
    check_record(**record);
  }
  return 0;
}
