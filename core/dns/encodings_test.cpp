// SPDX-License-Identifier: Apache-2.0
#include "core/dns/encodings.hpp"

#include <catch2/catch.hpp>

using namespace catena::dns;

namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes bytes_of(std::string_view text) { return {text.begin(), text.end()}; }

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

}  // namespace

TEST_CASE("strings in quotes") {
  std::string text;
  append_quoted(text, bytes_of("a \"b\" \\ ;\n\x7f\xff"));
  CHECK(text == R"("a \"b\" \\ ;\010\127\255")");
}

TEST_CASE("escapes are resolved") {
  Bytes bytes;
  CHECK(append_unescaped(bytes, R"(a\"\\\010\255\x)"));
  CHECK(bytes == bytes_of("a\"\\\n\xffx"));
  check_refused({"\\", "\\1", "\\25", "\\256", "\\2x5", "ab\\"}, append_unescaped);
}
