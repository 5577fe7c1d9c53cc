// SPDX-License-Identifier: Apache-2.0
#include "core/base/one_line.hpp"

#include "core/base/log.hpp"

#include "test/support/log_lines.hpp"

#include <catch2/catch.hpp>

#include <vector>

namespace catena {
namespace {

using namespace std::string_literals;

struct Row {
  const char* name;
  std::string text;
  std::string line;
};

TEST_CASE("a foreign text becomes one line that cannot be taken for another", "[base]") {
  const Row row = GENERATE(values<Row>({
      {"nothing", "", ""},
      {"plain text stays", "no route to \"host\" \\ 1", "no route to \"host\" \\ 1"},
      {"so do letters of other languages", "n\xc3\xa4her \xe4\xbd\xa0 \xf0\x9f\x98\x80",
       "n\xc3\xa4her \xe4\xbd\xa0 \xf0\x9f\x98\x80"},
      {"line breaks are shown", "a\r\n[ERROR] b\tc", "a\\r\\n[ERROR] b\\tc"},
      {"those at the end go", "a \r\n\n", "a"},
      {"escapes of terminals are shown", "\x1b[31mred\x7f\x00!"s, "\\x1b[31mred\\x7f\\x00!"},
      {"also the short ones",
       "a\xc2\x9b"
       "31m",
       "a\\u009b31m"},
      {"bytes that are no UTF-8", "a\xff\xc3", "a\\xff\\xc3"},
      {"a line separator",
       "a\xe2\x80\xa8"
       "b",
       "a\\u2028b"},
      {"writing from right to left",
       "a\xe2\x80\xae"
       "b",
       "a\\u202eb"},
  }));
  DYNAMIC_SECTION(row.name) {
    CHECK(one_line(row.text) == row.line);
    CHECK(is_one_line(row.line));
  }
}

TEST_CASE("of a long text the beginning is shown", "[base]") {
  CHECK(one_line(std::string(60'000, 'x'), 5) == "xxxxx... (60000 bytes)");
  CHECK(one_line("abcde", 5) == "abcde");
  // No character is cut in two.
  CHECK(one_line("abcd\xc3\xa4z", 5) == "abcd... (7 bytes)");
}

TEST_CASE("whoever forgets it: a record of the log is one line all the same", "[base]") {
  test::LogLines sink;
  Log(sink).for_plugin("x").error("said: {}", "a\n[INFO] b");
  Log(sink).info("{}", std::string(100'000, 'y'));
  REQUIRE(sink.lines.size() == 2);
  CHECK(sink.lines[0] == "[ERROR] plugin/x: said: a\\n[INFO] b");
  CHECK(sink.lines[1].size() < 20'000);
}

}  // namespace
}  // namespace catena
