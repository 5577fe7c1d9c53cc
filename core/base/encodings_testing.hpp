// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <catch2/catch.hpp>

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace catena::test {

using Bytes = std::vector<std::uint8_t>;

inline Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

/// What is refused leaves what was there.
template <class Parse>
void check_refused(std::initializer_list<const char*> texts, Parse parse) {
  for (const char* text : texts) {
    DYNAMIC_SECTION("not " << text) {
      Bytes bytes = {'>'};
      CHECK_FALSE(parse(bytes, text));
      CHECK(bytes == bytes_of(">"));
    }
  }
}

}  // namespace catena::test
