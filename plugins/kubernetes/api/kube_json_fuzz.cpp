// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/api/json_cutter.hpp"
#include "plugins/kubernetes/api/watch_event.hpp"
#include "plugins/kubernetes/objects/json_objects.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace {

using namespace catena::kubernetes::api;

void decode_all(std::string_view json) {
  static_cast<void>(decode<ServiceObject>(json));
  static_cast<void>(decode<SliceObject>(json));
  static_cast<void>(decode<ImportObject>(json));
  static_cast<void>(decode<PodObject>(json));
  static_cast<void>(decode<NamespaceObject>(json));
  static_cast<void>(decode<StatusObject>(json));
  static_cast<void>(decode<BookmarkObject>(json));
}

/// All pieces, one after the other, with the outcome.
std::string cut(BodyShape shape, std::string_view body, std::size_t chunk_size) {
  constexpr std::size_t kLimit = 4096;
  std::string pieces;
  const auto take = [&](PieceKind, std::string_view piece) {
    if (piece.size() > kLimit) std::abort();
    pieces.append(piece).push_back('\n');
    return true;
  };
  JsonCutter cutter(shape, take, kLimit);
  for (; !body.empty(); body.remove_prefix(std::min(chunk_size, body.size()))) {
    if (!cutter.feed(body.substr(0, chunk_size))) return pieces + "error";
  }
  return pieces + (cutter.finish() ? "whole" : "cut");
}

}  // namespace

/// Whatever the cuts between chunks, the pieces are the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  decode_all(bytes);
  for (const BodyShape shape : {BodyShape::list, BodyShape::stream}) {
    const std::string whole = cut(shape, bytes, std::max<std::size_t>(size, 1));
    if (cut(shape, bytes, 1) != whole || cut(shape, bytes, 13) != whole) std::abort();
    const auto take = [](PieceKind, std::string_view piece) {
      decode_all(piece);
      if (const auto event = split_event(piece)) decode_all(event->object);
      return true;
    };
    static_cast<void>(JsonCutter(shape, take).feed(bytes));
  }
  return 0;
}
