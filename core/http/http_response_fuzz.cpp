// SPDX-License-Identifier: Apache-2.0
#include "core/http/response_reader.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

/// The outcome of reading `bytes` in pieces of `size`: status, body and whether it went well.
std::string read_in_pieces(std::string_view bytes, std::size_t size) {
  catena::http::ResponseReader reader;
  std::string body;
  while (!bytes.empty() && !reader.done()) {
    std::string_view piece = bytes.substr(0, size);
    const auto step = reader.read(piece);
    if (!step) return "error";
    if (step->used == 0 || step->used > piece.size()) std::abort();
    body += step->body;
    bytes.remove_prefix(step->used);
  }
  const bool whole = reader.done() || reader.end_of_stream().has_value();
  return std::to_string(reader.head().status) + (whole ? " whole " : " cut ") + body;
}

}  // namespace

/// Whatever the cuts between reads, the outcome is the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string whole = read_in_pieces(bytes, std::max<std::size_t>(size, 1));
  if (read_in_pieces(bytes, 1) != whole) std::abort();
  if (read_in_pieces(bytes, 7) != whole) std::abort();
  return 0;
}
