// SPDX-License-Identifier: Apache-2.0
#include "core/config/lexer.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace catena::config {
namespace {

// "line:word" for each word.
std::vector<std::string> lexed(std::string_view text) {
  std::vector<std::string> words;
  for (const Token& token : lex(text, nullptr)) {
    words.push_back(std::to_string(token.position.line) + ":" + token.text);
  }
  return words;
}

struct Case {
  const char* name = "";
  std::string text;
  std::vector<std::string> words = {};
};

using namespace std::string_literals;

const Case kCases[] = {
    {.name = "no text has no words", .text = ""},
    {.name = "white space alone has no words", .text = " \t\n\r\n  "},
    {.name = "white space separates words",
     .text = "a b\tc\vd\fe",
     .words = {"1:a", "1:b", "1:c", "1:d", "1:e"}},
    {.name = "lines count from 1", .text = "a\n\nb\nc d", .words = {"1:a", "3:b", "4:c", "4:d"}},
    {.name = "Unicode white space separates too",
     .text = "a\u00a0b\u2003c\u3000d\u0085e\u1680f\u2028g\u202fh\u205fi",
     .words = {"1:a", "1:b", "1:c", "1:d", "1:e", "1:f", "1:g", "1:h", "1:i"}},
    {.name = "a zero width space does not", .text = "a\u200bb", .words = {"1:a\u200bb"}},
    {.name = "a carriage return vanishes and separates nothing",
     .text = "a\rb c\r\nd",
     .words = {"1:ab", "1:c", "2:d"}},
    {.name = "a leading byte order mark is dropped",
     .text = "\xEF\xBB\xBF.:53",
     .words = {"1:.:53"}},
    {.name = "a byte order mark elsewhere stays",
     .text = "a\xEF\xBB\xBF",
     .words = {"1:a\xEF\xBB\xBF"}},
    {.name = "invalid bytes become U+FFFD each",
     .text = "a\xff\xc0\x80"
             "b",
     .words = {"1:a\uFFFD\uFFFD\uFFFDb"}},
    {.name = "a sequence cut short becomes U+FFFD",
     .text = "a\xe2\x82",
     .words = {"1:a\uFFFD\uFFFD"}},
    {.name = "surrogates and runes past the last are invalid",
     .text = "\xed\xa0\x80 \xf4\x90\x80\x80",
     .words = {"1:\uFFFD\uFFFD\uFFFD", "1:\uFFFD\uFFFD\uFFFD\uFFFD"}},
    {.name = "a sequence that is longer than needed is invalid",
     .text = "\xe0\x80\xaf",
     .words = {"1:\uFFFD\uFFFD\uFFFD"}},
    {.name = "runes of two, three and four bytes stay",
     .text = "\u00e9 \u20ac \U0001F600",
     .words = {"1:\u00e9", "1:\u20ac", "1:\U0001F600"}},
    {.name = "a comment ends with its line", .text = "a # b c\nd", .words = {"1:a", "2:d"}},
    {.name = "a comment may be a whole line", .text = "#a\n# b\nc", .words = {"3:c"}},
    {.name = "a comment does not nest and hides quotes",
     .text = "# \"a # b\nc\"d",
     .words = {"2:c\"d"}},
    {.name = "glued to a word, # hides the rest of that word only",
     .text = "foo#bar baz",
     .words = {"1:foo", "1:baz"}},
    {.name = "after a word and a space, # hides the line",
     .text = "foo #bar baz",
     .words = {"1:foo"}},
    {.name = "a semicolon is an ordinary character", .text = "a; b", .words = {"1:a;", "1:b"}},
    {.name = "quotes keep white space", .text = "\"a b\" c", .words = {"1:a b", "1:c"}},
    {.name = "# in quotes is no comment", .text = "\"a # b\" c", .words = {"1:a # b", "1:c"}},
    {.name = "quotes may be empty", .text = "a \"\" b", .words = {"1:a", "1:", "1:b"}},
    {.name = "a quote inside a word is a character",
     .text = "a\"b c\"",
     .words = {"1:a\"b", "1:c\""}},
    {.name = "a closing quote ends the word", .text = "\"a\"b", .words = {"1:a", "1:b"}},
    {.name = "an escaped quote stands for itself",
     .text = R"("a \"b\" c")",
     .words = {"1:a \"b\" c"}},
    {.name = "no other escape exists", .text = R"("a\\b\.c\n")", .words = {R"(1:a\\b\.c\n)"}},
    {.name = "two backslashes before a quote do not escape it",
     .text = R"("a\\" b)",
     .words = {R"(1:a\\)", "1:b"}},
    {.name = "a backslash outside quotes is a character",
     .text = R"(db\.(.*) {1})",
     .words = {R"(1:db\.(.*))", "1:{1}"}},
    {.name = "a line break in quotes stays and the word keeps its first line",
     .text = "\"a\nb\" c\nd",
     .words = {"1:a\nb", "2:c", "3:d"}},
    {.name = "a carriage return in quotes stays", .text = "\"a\rb\"", .words = {"1:a\rb"}},
    {.name = "the end in quotes gives what there is", .text = "a \"b c", .words = {"1:a", "1:b c"}},
    {.name = "the end right after an opening quote gives nothing",
     .text = "a \"",
     .words = {"1:a"}},
    {.name = "braces are words like any other here",
     .text = "{ {} foo{ }",
     .words = {"1:{", "1:{}", "1:foo{", "1:}"}},
    {.name = "a quoted brace cannot be told from a bare one", .text = "\"{\"", .words = {"1:{"}},
    {.name = "a NUL is a character", .text = "a\0b c"s, .words = {"1:a\0b"s, "1:c"}},
};

TEST_CASE("text is cut into words", "[config][lexer]") {
  for (const Case& c : kCases) {
    DYNAMIC_SECTION(c.name) { CHECK(lexed(c.text) == c.words); }
  }
}

TEST_CASE("a word knows the lines it spans and its file", "[config][lexer]") {
  const auto file = std::make_shared<const std::string>("Corefile");
  const Tokens tokens = lex("\n\"a\nb\nc\" d", file);
  REQUIRE(tokens.size() == 2);
  CHECK(tokens[0].position.line == 2);
  CHECK(tokens[0].line_breaks == 2);
  CHECK(tokens[0].last_line() == 4);
  CHECK(tokens[1].position.line == 4);
  CHECK(tokens[1].position.file_name() == "Corefile");
}

TEST_CASE("no more words are read than a Corefile may have", "[config][lexer]") {
  std::string text;
  for (std::size_t i = 0; i < kMostWords + 10; ++i) text += "a ";
  CHECK(lex(text, nullptr).size() == kMostWords + 1);
}

}  // namespace
}  // namespace catena::config
