// SPDX-License-Identifier: Apache-2.0
#include "core/config/fingerprint.hpp"

#include "core/config/testing.hpp"

#include <catch2/catch.hpp>

namespace catena::config {
namespace {

std::string fingerprint_of(const std::string& text) {
  Diagnostics diagnostics;
  return fingerprint(parse_for_test({text, {"log", "cache", "errors"}}, diagnostics));
}

TEST_CASE("what changes a configuration changes its fingerprint", "[fingerprint]") {
  const std::string text = ". {\n log\n cache 30 {\n  denial 1 2\n }\n}\n";
  const std::string print = fingerprint_of(text);
  CHECK(print.size() == 128);
  struct Row {
    const char* name;
    std::string text;
    bool same;
  };
  const Row rows[] = {
      {"the same text", text, true},
      {"a comment behind a line", ". { # root\n log\n cache 30 {\n  denial 1 2\n }\n}\n", true},
      {"blanks", ".   {\n\tlog\n cache  30 {\n denial 1 2\n }\n}\n", true},
      {"another word", ". {\n log\n cache 31 {\n  denial 1 2\n }\n}\n", false},
      {"two words made one", ". {\n log\n cache 30 {\n  denial \"1 2\"\n }\n}\n", false},
      {"a line that moved", ". {\n\n log\n cache 30 {\n  denial 1 2\n }\n}\n", false},
      {"another key", "a {\n log\n cache 30 {\n  denial 1 2\n }\n}\n", false},
      {"a property less", ". {\n log\n cache 30 {\n }\n}\n", false},
      {"a block less", ". {\n log\n cache 30\n}\n", false},
  };
  for (const Row& row : rows) {
    DYNAMIC_SECTION(row.name) { CHECK((fingerprint_of(row.text) == print) == row.same); }
  }
}

}  // namespace
}  // namespace catena::config
