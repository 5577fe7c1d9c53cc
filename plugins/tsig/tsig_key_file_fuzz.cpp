// SPDX-License-Identifier: Apache-2.0
#include "plugins/tsig/key_file.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto keys = catena::tsig::parse_key_file(text, "file");
  if (!keys) return keys.error().text.starts_with("file:") ? 0 : (std::abort(), 1);
  // Each key takes two lines with two words each.
  constexpr std::size_t kShortest = sizeof("key a\nsecret b") - 1;
  if (keys->size() > (size + 1) / kShortest) std::abort();
  for (const catena::tsig::NamedSecret& key : *keys) {
    if (key.secret.empty() || key.secret.size() > size) std::abort();
  }
  return 0;
}
