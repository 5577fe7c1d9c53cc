// SPDX-License-Identifier: Apache-2.0
#include "core/base/encodings.hpp"

#include "core/base/encodings_testing.hpp"

namespace catena {
namespace {

using test::Bytes;
using test::bytes_of;
using test::check_refused;

struct Case {
  const char* bytes;
  const char* text;
};

/// Both ways for each; the other way leaves what was there.
template <class Print, class Parse>
void check_both_ways(std::initializer_list<Case> cases, Print print, Parse parse) {
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.text) {
      std::string text = ">";
      print(text, bytes_of(c.bytes));
      CHECK(text == ">" + std::string(c.text));
      Bytes bytes = {'>'};
      CHECK(parse(bytes, c.text));
      CHECK(bytes == bytes_of(">" + std::string(c.bytes)));
    }
  }
}

TEST_CASE("hexadecimal") {
  check_both_ways({{"", ""}, {"f", "66"}, {"foo\xff", "666F6FFF"}}, append_hex, append_from_hex);
  check_refused({"6", "6g", "66 6", "0x66"}, append_from_hex);
}

TEST_CASE("base64, with the examples of RFC 4648") {
  check_both_ways({{"", ""},
                   {"f", "Zg=="},
                   {"fo", "Zm8="},
                   {"foo", "Zm9v"},
                   {"foob", "Zm9vYg=="},
                   {"foobar", "Zm9vYmFy"},
                   {"\xfb\xff", "+/8="}},
                  append_base64, append_from_base64);
  check_refused({"Zg", "Zg=", "Zh==", "=", "====", "Z===", "Zm-_", "Zg==Zg=="}, append_from_base64);
}

TEST_CASE("base32 with the extended hex alphabet and no padding") {
  check_both_ways({{"", ""},
                   {"f", "CO"},
                   {"fo", "CPNG"},
                   {"foo", "CPNMU"},
                   {"foob", "CPNMUOG"},
                   {"foobar", "CPNMUOJ1E8"}},
                  append_base32hex, append_from_base32hex);
  check_refused({"C", "CP", "CO======", "CW"}, append_from_base32hex);
}

TEST_CASE("base64 of bytes that are kept as text") {
  for (const std::string text : {"", "a", "ab", "abc", "abcd", "\xff\xfe\xfd"}) {
    CHECK(from_base64(to_base64(text)) == text);
    CHECK(from_base64_url(to_base64_url(text)) == text);
  }
  for (const char* bad : {"Q", "Q0", "Q0E", "Q=E=", "Q0E=Q0E=", "!!!!", " Q0E="}) {
    CHECK_FALSE(from_base64(bad).has_value());
  }
  CHECK(to_base64("\xff\xfe") == "//4=");
  CHECK(to_base64_url("\xff\xfe") == "__4");
  for (const char* bad : {"//4=", "__4=", "a b", "a"}) {
    CHECK_FALSE(from_base64_url(bad).has_value());
  }
}

}  // namespace
}  // namespace catena
