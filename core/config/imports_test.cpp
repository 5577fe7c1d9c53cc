// SPDX-License-Identifier: Apache-2.0
#include "core/config/imports.hpp"

#include "core/config/corefile.hpp"
#include "core/config/testing.hpp"

#include <catch2/catch.hpp>

namespace catena::config {
namespace {

using Texts = std::vector<std::string>;
using Files = std::map<std::string, std::string>;

struct Case {
  const char* name = "";
  std::string text;
  Files files = {};
  Texts blocks = {};  // "key key -> word word; word {word}"
  Texts errors = {};
  Texts warnings = {};
};

std::string shown(const std::vector<Line>& lines) {
  std::string text;
  for (const Line& line : lines) {
    if (!text.empty()) text += "; ";
    for (const Word& word : line.words) {
      text += (&word == &line.words.front() ? "" : " ") + word.text;
    }
    if (line.has_block) text += " {" + shown(line.block) + "}";
  }
  return text;
}

Texts shown(const Corefile& corefile) {
  Texts blocks;
  for (const ServerBlock& block : corefile.blocks) {
    std::string keys;
    for (const Word& key : block.keys) keys += key.text + " ";
    blocks.push_back(keys + "-> " + shown(block.directives));
  }
  return blocks;
}

void check(const Case& c) {
  Diagnostics diagnostics;
  const Corefile corefile = parse_for_test({.text = c.text,
                                            .directives = {"cache", "errors", "log", "loop"},
                                            .files = c.files,
                                            .variables = {{"NAME", "base"}}},
                                           diagnostics);
  CHECK(shown(corefile) == c.blocks);
  CHECK(lines_of(diagnostics.errors()) == c.errors);
  CHECK(lines_of(diagnostics.warnings()) == c.warnings);
}

const Case kSnippets[] = {
    {.name = "a snippet's directives stand where it is imported",
     .text = "(base) {\n errors\n cache 30 {\n  keepttl\n }\n}\n. {\n log\n import base\n loop\n}",
     .blocks = {". -> log; errors; cache 30 {keepttl}; loop"}},
    {.name = "a snippet makes no server block", .text = "(base) {\n log\n}"},
    {.name = "a snippet imported twice in a row does not merge its directives",
     .text = "(base) {\n log\n}\n. {\n import base\n import base\n}",
     .blocks = {". -> log; log"}},
    {.name = "a snippet on one line does not merge either",
     .text = "(base) { log }\n. {\n import base\n import base\n}",
     .blocks = {". -> log; log"}},
    {.name = "a snippet may import one that is defined further down",
     .text = "(a) {\n errors\n import b\n log\n}\n(b) {\n loop\n}\n. {\n import a\n cache\n}",
     .blocks = {". -> errors; loop; log; cache"}},
    {.name = "an empty snippet",
     .text = "(a) {\n}\n. {\n import a\n log\n}",
     .blocks = {". -> log"}},
    {.name = "a snippet of properties",
     .text = "(p) {\n keepttl\n success 1\n}\n. {\n cache {\n  import p\n  denial 2\n }\n}",
     .blocks = {". -> cache {keepttl; success 1; denial 2}"}},
    {.name = "a snippet of whole server blocks",
     .text = "(s) {\n a {\n  log\n }\n b {\n }\n}\nimport s\nc {\n}",
     .blocks = {"a -> log", "b -> ", "c -> "}},
    {.name = "a snippet of keys",
     .text = "(k) {\n a b\n}\nimport k\n{\n log\n}",
     .blocks = {"a b -> log"}},
    {.name = "a snippet of keys after a comma",
     .text = "(k) {\n a, b\n}\nx,\nimport k\n{\n log\n}",
     .blocks = {"x a b -> log"}},
    {.name = "a variable names the snippet",
     .text = "(base) {\n log\n}\n. {\n import {$NAME}\n}",
     .blocks = {". -> log"}},
    {.name = "a variable labels the snippet",
     .text = "({$NAME}) {\n log\n}\n. {\n import base\n}",
     .blocks = {". -> log"}},
    {.name = "a snippet beats a file of its name",
     .text = "(a.conf) {\n log\n}\n. {\n import a.conf\n}",
     .files = {{"/etc/coredns/a.conf", "loop"}},
     .blocks = {". -> log"}},
    {.name = "a snippet is defined before its use",
     .text = ". {\n import base\n}\n(base) {\n log\n}",
     .blocks = {". -> "},
     .errors = {"Corefile:2: File to import not found: base"}},
    {.name = "a snippet is defined once",
     .text = "(a) {\n log\n}\n(a) {\n loop\n}\n. {\n import a\n}",
     .blocks = {". -> log"},
     .errors = {"Corefile:4: redeclaration of previously declared snippet a"}},
    {.name = "a snippet without a body",
     .text = "(a)\nlog\n. {\n}",
     .blocks = {"log -> . {}"},
     .errors = {"Corefile:1: Syntax error: Unexpected token 'log', expecting '{'",
                "Corefile:3: Unknown directive '.'"}},
    {.name = "a snippet without an end",
     .text = "(a) {\n log {\n }\n",
     .errors = {"Corefile:1: Syntax error: Unexpected token '}', expecting '}'"}},
    {.name = "a snippet that imports itself",
     .text = "(a) {\n log\n import a\n}\n. {\n import a\n}",
     .blocks = {". -> "},
     .errors =
         {"Corefile:1: maximum snippet import depth (10000) exceeded: snippet 'a' imports itself"}},
    {.name = "snippets that import each other",
     .text = "(a) {\n import b\n}\n(b) {\n log\n import a\n}\n. {\n import a\n loop\n}",
     .blocks = {". -> log; loop"},
     .errors =
         {"Corefile:6: maximum snippet import depth (10000) exceeded: snippet 'a' imports itself"}},
};

TEST_CASE("snippets are imported", "[config][imports]") {
  for (const Case& c : kSnippets) {
    DYNAMIC_SECTION(c.name) { check(c); }
  }
}

const Case kFiles[] = {
    {.name = "a file of directives",
     .text = ". {\n import a.conf\n log\n}",
     .files = {{"/etc/coredns/a.conf", "errors\ncache 30 {\n keepttl\n}\n"}},
     .blocks = {". -> errors; cache 30 {keepttl}; log"}},
    {.name = "the same file twice",
     .text = ". {\n import a.conf\n import a.conf\n}",
     .files = {{"/etc/coredns/a.conf", "log"}},
     .blocks = {". -> log; log"}},
    {.name = "a file of server blocks and snippets",
     .text = "import a.conf\nb {\n import base\n}",
     .files = {{"/etc/coredns/a.conf", "(base) {\n loop\n}\na {\n log\n}\n"}},
     .blocks = {"a -> log", "b -> loop"}},
    {.name = "a file of keys",
     .text = "import keys\n{\n log\n}",
     .files = {{"/etc/coredns/keys", "a b"}},
     .blocks = {"a b -> log"}},
    {.name = "an absolute path",
     .text = "import /x/a",
     .files = {{"/x/a", "a {\n log\n}"}},
     .blocks = {"a -> log"}},
    {.name = "a path is relative to the file that imports",
     .text = ". {\n import /x/a\n}",
     .files = {{"/x/a", "log\nimport sub/b"},
               {"/x/sub/b", "loop\nimport c"},
               {"/x/sub/c", "errors"}},
     .blocks = {". -> log; loop; errors"}},
    {.name = "a pattern imports what it matches in order",
     .text = ". {\n import conf/*.override\n cache\n}",
     .files = {{"/etc/coredns/conf/b.override", "loop"},
               {"/etc/coredns/conf/a.override", "log"},
               {"/etc/coredns/conf/c.other", "errors"}},
     .blocks = {". -> log; loop; cache"}},
    {.name = "a question mark matches one character",
     .text = ". {\n import a?\n}",
     .files = {{"/etc/coredns/a1", "log"}, {"/etc/coredns/a12", "loop"}},
     .blocks = {". -> log"}},
    {.name = "one file of a pattern may import another",
     .text = ". {\n import *.conf\n}",
     .files = {{"/etc/coredns/a.conf", "log\nimport b.conf\n"}, {"/etc/coredns/b.conf", "loop"}},
     .blocks = {". -> log; loop; loop"}},
    {.name = "a pattern that matches nothing is a warning",
     .text = ". {\n log\n}\nimport /custom/*.server",
     .blocks = {". -> log"},
     .warnings = {"Corefile:4: No files matching import glob pattern: /custom/*.server"}},
    {.name = "a file that is not there",
     .text = ". {\n import a.conf\n log\n}",
     .blocks = {". -> log"},
     .errors = {"Corefile:2: File to import not found: a.conf"}},
    {.name = "a directory",
     .text = ". {\n import conf/*\n log\n}",
     .files = {{"/etc/coredns/conf/..data/", ""}, {"/etc/coredns/conf/a", "loop"}},
     .blocks = {". -> loop; log"},
     .errors = {"Corefile:2: Could not import /etc/coredns/conf/..data: is a directory"}},
    {.name = "two stars",
     .text = "import */*.conf",
     .errors = {"Corefile:1: Glob pattern may only contain one wildcard (*), but has others: "
                "/etc/coredns/*/*.conf"}},
    {.name = "two question marks",
     .text = "import ??",
     .errors = {"Corefile:1: Glob pattern may only contain one wildcard (*), but has others: "
                "/etc/coredns/??"}},
    {.name = "brackets",
     .text = "import [ab].conf",
     .errors = {"Corefile:1: Glob pattern may only contain one wildcard (*), but has others: "
                "/etc/coredns/[ab].conf"}},
    {.name = "no argument",
     .text = ". {\n import\n log\n}",
     .blocks = {". -> log"},
     .errors = {"Corefile:2: Wrong argument count or unexpected line ending after 'import' "
                "(expected a file, a pattern or a snippet)"}},
    {.name = "an empty argument",
     .text = ". {\n import \"\"\n log\n}",
     .blocks = {". -> log"},
     .errors = {"Corefile:2: Import requires a non-empty filepath"}},
    {.name = "two arguments",
     .text = ". {\n import a b c\n log\n}",
     .blocks = {". -> log"},
     .errors = {"Corefile:2: Import takes only one argument (glob pattern or file)"}},
    {.name = "errors in an imported file name that file",
     .text = ". {\n import a.conf\n nope\n}",
     .files = {{"/etc/coredns/a.conf", "log\nwrong\n"}},
     .blocks = {". -> log; wrong; nope"},
     .errors = {"/etc/coredns/a.conf:2: Unknown directive 'wrong'",
                "Corefile:3: Unknown directive 'nope'"}},
    {.name = "a file that imports itself",
     .text = ". {\n import a\n}",
     .files = {{"/etc/coredns/a", "log\nimport a\nloop"}},
     .blocks = {". -> log; loop"},
     .errors = {"/etc/coredns/a:2: maximum file import depth (100000) exceeded: '/etc/coredns/a' "
                "imports itself"}},
    {.name = "files that import each other",
     .text = ". {\n import a\n}",
     .files = {{"/etc/coredns/a", "log\nimport b"}, {"/etc/coredns/b", "loop\nimport a"}},
     .blocks = {". -> log; loop"},
     .errors = {"/etc/coredns/b:2: maximum file import depth (100000) exceeded: '/etc/coredns/a' "
                "imports itself"}},
    {.name = "a file that imports the Corefile",
     .text = ". {\n import a\n}",
     .files = {{"/etc/coredns/a", "import Corefile"}, {"/etc/coredns/Corefile", "x"}},
     .blocks = {". -> "},
     .errors = {"/etc/coredns/a:1: maximum file import depth (100000) exceeded: "
                "'/etc/coredns/Corefile' imports itself"}},
};

TEST_CASE("files are imported", "[config][imports]") {
  for (const Case& c : kFiles) {
    DYNAMIC_SECTION(c.name) { check(c); }
  }
}

// s0 is one directive, each further snippet ten times the one before it.
std::string tenfold_snippets(int levels) {
  std::string text = "(s0) {\n log\n}\n";
  for (int level = 1; level <= levels; ++level) {
    text += "(s" + std::to_string(level) + ") {\n";
    for (int i = 0; i < 10; ++i) text += " import s" + std::to_string(level - 1) + "\n";
    text += "}\n";
  }
  return text + ". {\n import s" + std::to_string(levels) + "\n}\n";
}

TEST_CASE("expansions that are no loop end as well", "[config][imports]") {
  Diagnostics diagnostics;
  SECTION("snippets within the limit") {
    const Corefile corefile =
        parse_for_test({.text = tenfold_snippets(3), .directives = {"log"}}, diagnostics);
    CHECK(diagnostics.ok());
    CHECK(corefile.blocks.at(0).directives.size() == 1000);
  }
  SECTION("snippets beyond the limit") {
    parse_for_test({.text = tenfold_snippets(7), .directives = {"log"}}, diagnostics);
    REQUIRE(diagnostics.errors().size() == 1);
    CHECK(diagnostics.errors()[0].text == "maximum snippet import depth (10000) exceeded");
  }
  SECTION("files beyond the limit") {
    Files files = {{"/f0", "log"}};
    for (int level = 1; level <= 6; ++level) {
      std::string& text = files["/f" + std::to_string(level)];
      for (int i = 0; i < 10; ++i) text += "import /f" + std::to_string(level - 1) + "\n";
    }
    parse_for_test({.text = ". {\n import /f6\n}", .directives = {"log"}, .files = files},
                   diagnostics);
    REQUIRE(diagnostics.errors().size() == 1);
    CHECK(diagnostics.errors()[0].text == "maximum file import depth (100000) exceeded");
  }
}

}  // namespace
}  // namespace catena::config
