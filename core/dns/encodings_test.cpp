// SPDX-License-Identifier: Apache-2.0
#include "core/dns/encodings.hpp"

#include "core/base/encodings_testing.hpp"

using namespace catena::dns;
using catena::test::Bytes;
using catena::test::bytes_of;
using catena::test::check_refused;

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
