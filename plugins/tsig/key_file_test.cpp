// SPDX-License-Identifier: Apache-2.0
#include "plugins/tsig/key_file.hpp"

#include <catch2/catch.hpp>

namespace catena::tsig {
namespace {

/// "NAME SECRET, ..." or the error.
std::string read(const std::string& text) {
  const auto keys = parse_key_file(text, "/etc/keys");
  if (!keys) return keys.error().text;
  std::string all;
  for (const NamedSecret& key : *keys) {
    all += (all.empty() ? "" : ", ") + key.name.to_text() + " " + key.secret;
  }
  return all;
}

struct Row {
  const char* name;
  const char* text;
  const char* read;
};

const Row kRows[] = {
    {"as tsig-keygen writes it",
     "key \"tsig-key\" {\n\talgorithm hmac-sha256;\n\tsecret \"YWJj\";\n};\n", "tsig-key. YWJj"},
    {"several", "key a {\n secret YQ==;\n};\n\nkey b. {\n secret Yg==;\n};\n", "a. YQ==, b. Yg=="},
    {"no quotes, no semicolons", "key a {\nsecret YQ==\n}\n", "a. YQ=="},
    {"a brace at the name", "key \"a\"{\nsecret YQ==\n}\n", "a. YQ=="},
    {"the end of the file ends a key", "key a {\nsecret YQ==", "a. YQ=="},
    {"line ends of others", "key a {\r\nsecret \"YQ==\";\r\n};\r\n", "a. YQ=="},
    {"of two secrets the second counts", "key a {\nsecret YQ==;\nsecret Yg==;\n}\n", "a. Yg=="},
    {"no key at all", "\n \n", ""},
    {"something else than a key", "zone a {\n}\n", "/etc/keys:1: expected \"key\""},
    {"a comment, which CoreDNS does not take either", "// a\nkey a {\nsecret YQ==\n}",
     "/etc/keys:1: expected \"key\""},
    {"all in one line", "key a { secret \"YQ==\"; };\n",
     "/etc/keys:1: expected a secret for key \"a.\""},
    {"no name", "\nkey {\n", "/etc/keys:2: expected a key's name"},
    {"a name that is none", "key a..b {\n", "/etc/keys:1: expected a key's name"},
    {"no secret", "key a {\n};\n", "/etc/keys:2: expected a secret for key \"a.\""},
    {"an empty secret", "key a {\nsecret \"\";\n};\n", "/etc/keys:2: expected a secret"},
    {"a key twice, in other letters", "key a {\nsecret YQ==\n}\nkey A. {\nsecret YQ==\n}\n",
     "/etc/keys:4: key \"A.\" redefined"},
    {"what may be a secret is not shown", "key a {\n\"YQ==\"\n}\n",
     "/etc/keys:2: expected \"algorithm\", \"secret\" or \"};\""},
};

TEST_CASE("files of keys", "[tsig]") {
  for (const Row& row : kRows) {
    DYNAMIC_SECTION(row.name) { CHECK(read(row.text) == row.read); }
  }
}

}  // namespace
}  // namespace catena::tsig
