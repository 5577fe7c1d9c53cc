// SPDX-License-Identifier: Apache-2.0
// A client's bytes in pieces of every size: the first byte says how long they are. Whatever comes,
// each request that is whole has a path, and what is refused has a status.
#include "core/http/request_reader.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>

using catena::http::RequestReader;

namespace {

void check(const RequestReader& reader, RequestReader::State state) {
  if (state == RequestReader::State::refused && reader.refusal() < 400) std::abort();
  if (state != RequestReader::State::whole) return;
  static_cast<void>(reader.keep_alive());
  if (reader.request().method.empty()) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::size_t piece = data[0] + std::size_t{1};
  RequestReader reader({.header = 256, .body = 64});
  std::size_t at = 1;
  RequestReader::State state = reader.begin();
  while (state != RequestReader::State::refused) {
    check(reader, state);
    if (state == RequestReader::State::whole) {
      state = reader.begin();
      continue;
    }
    if (at == size) return 0;
    const std::span<char> room = reader.room();
    if (room.empty()) std::abort();
    const std::size_t taken = std::min({piece, room.size(), size - at});
    std::memcpy(room.data(), data + at, taken);
    at += taken;
    state = reader.filled(taken);
  }
  check(reader, state);
  return 0;
}
