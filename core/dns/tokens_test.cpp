// SPDX-License-Identifier: Apache-2.0
#include "core/dns/tokens.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace catena::dns;

namespace {

/// "indent", <word>, "quoted", / for a line end, ! for a missing partner.
std::string all_tokens(std::string_view text) {
  Tokens tokens(text);
  std::string out;
  while (tokens.peek().kind != Token::Kind::end_of_text) {
    const Token token = tokens.take();
    switch (token.kind) {
      case Token::Kind::indent:
        out += '>';
        break;
      case Token::Kind::word:
        out += '<' + std::string(token.text) + '>';
        break;
      case Token::Kind::quoted:
        out += '"' + std::string(token.text) + '"';
        break;
      case Token::Kind::end_of_line:
        out += '/';
        break;
      case Token::Kind::unbalanced:
        return out + '!';
      case Token::Kind::end_of_text:
        break;
    }
  }
  return out;
}

}  // namespace

TEST_CASE("zone-file text is cut into tokens") {
  struct Case {
    const char* name;
    const char* text;
    const char* tokens;
  };
  const Case cases[] = {
      {.name = "nothing", .text = "", .tokens = ""},
      {.name = "words", .text = "a b\tc", .tokens = "<a><b><c>"},
      {.name = "lines", .text = "a\nb\n", .tokens = "<a>/<b>/"},
      {.name = "lines of Windows", .text = "a\r\nb\r\n", .tokens = "<a>/<b>/"},
      {.name = "a blank at the start", .text = " a\n\tb", .tokens = "><a>/><b>"},
      {.name = "a line of blanks only", .text = "  \na", .tokens = "/<a>"},
      {.name = "a comment", .text = "a ; b\nc", .tokens = "<a>/<c>"},
      {.name = "a comment right behind a word", .text = "a;b", .tokens = "<a>"},
      {.name = "a quoted string", .text = "\"a b;()\" c", .tokens = "\"a b;()\"<c>"},
      {.name = "an escaped quote", .text = R"("a\"b")", .tokens = R"("a\"b")"},
      {.name = "strings side by side", .text = R"(a"b""c"d)", .tokens = R"(<a>"b""c"<d>)"},
      {.name = "a quoted value", .text = R"(k="a b",c d)", .tokens = R"(<k="a b",c><d>)"},
      {.name = "an escaped blank", .text = R"(a\ b\;c)", .tokens = R"(<a\ b\;c>)"},
      {.name = "a backslash at the end of a line", .text = "a\\\nb", .tokens = "<a\\>/<b>"},
      {.name = "parentheses join lines",
       .text = "a (b\n c ; d\n) e\nf",
       .tokens = "<a><b><c><e>/<f>"},
      {.name = "nested parentheses", .text = "(a (b) \n c)\n", .tokens = "><a><b><c>/"},
      {.name = "a parenthesis too many", .text = "a )\nb", .tokens = "<a>!"},
      {.name = "a parenthesis too few", .text = "a (b\n", .tokens = "<a><b>!"},
      {.name = "a quote too few", .text = "a \"b\nc\"", .tokens = "<a>!"},
      {.name = "a quote too few in a value", .text = "k=\"b\nc", .tokens = "!"},
      {.name = "a backslash as the last byte", .text = "\"a\\", .tokens = "!"},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.name) { CHECK(all_tokens(c.text) == c.tokens); }
  }
}

TEST_CASE("tokens know their line") {
  Tokens tokens("a (\n\n b)\nc ; \n\"d\"", 10);
  CHECK(tokens.line() == 10);
  tokens.take();
  CHECK(tokens.line() == 12);
  tokens.take();
  tokens.take();
  CHECK(tokens.line() == 13);
  tokens.take();
  tokens.take();
  CHECK(tokens.peek().text == "d");
  CHECK(tokens.line() == 14);
}

TEST_CASE("the rest of a line as it is written") {
  Tokens tokens("a  \"b c\" (d ; e\nf");
  tokens.take();
  CHECK(tokens.take_raw_line() == "\"b c\" (d ; e");
  CHECK(tokens.peek().kind == Token::Kind::end_of_line);
  CHECK(tokens.take_raw_line().empty());
  tokens.take();
  CHECK(tokens.take_raw_line() == "f");
  CHECK(tokens.peek().kind == Token::Kind::end_of_text);
}
