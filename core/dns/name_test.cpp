// SPDX-License-Identifier: Apache-2.0
#include "core/dns/name.hpp"

#include "core/dns/wire_testing.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <string>
#include <vector>

namespace catena::dns {
namespace {

using testing::name;

std::string wire(NameView view) {
  return {reinterpret_cast<const char*>(view.data()), view.size()};
}

std::string repeat(std::string_view text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

TEST_CASE("names go from text to wire form and back") {
  struct Case {
    const char* title;
    std::string text;
    std::string bytes;
    std::string printed;
  };
  const std::string label63(63, 'x');
  const Case cases[] = {
      {"the root", ".", std::string(1, '\0'), "."},
      {"a name with its dot", "www.example.org.", std::string("\3www\7example\3org\0", 17),
       "www.example.org."},
      {"a name without a dot is below the origin", "www", std::string("\3www\4test\0", 10),
       "www.test."},
      {"@ is the origin", "@", std::string("\4test\0", 6), "test."},
      {"letter case is kept", "WwW.", std::string("\3WwW\0", 5), "WwW."},
      {"an escaped dot is part of a label", "a\\.b.c.", std::string("\3a.b\1c\0", 7), "a\\.b.c."},
      {"an escaped backslash", "a\\\\b.", std::string("\3a\\b\0", 5), "a\\\\b."},
      {"three digits are a byte", "a\\000\\255.", std::string("\3a\0\xff\0", 5), "a\\000\\255."},
      {"a space is printed as digits", "a\\ b.", std::string("\3a b\0", 5), "a\\032b."},
      {"special characters get a backslash", "\\(\\)\\;\\@\\\"\\$.", std::string("\6();@\"$\0", 8),
       "\\(\\)\\;\\@\\\"\\$."},
      {"an underscore and a dash do not", "_dns-sd._udp.", std::string("\7_dns-sd\4_udp\0", 14),
       "_dns-sd._udp."},
      {"an escaped dot at the end does not end the name", "a\\.", std::string("\2a.\4test\0", 9),
       "a\\..test."},
      {"a label of 63 bytes", label63 + ".", '\x3f' + label63 + '\0', label63 + "."},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.title) {
      const Result<Name> parsed = Name::parse(c.text, name("test."));
      REQUIRE(parsed.has_value());
      CHECK(wire(*parsed) == c.bytes);
      CHECK(parsed->to_text() == c.printed);
    }
  }
}

TEST_CASE("text that is no name is refused") {
  struct Case {
    const char* title;
    std::string text;
    Error error;
  };
  const std::string label63(63, 'x');
  const std::string name254 = repeat(std::string(49, 'x') + ".", 5);
  const Case cases[] = {
      {"nothing", "", Error::bad_text},
      {"an empty label", "a..b.", Error::bad_text},
      {"a dot in front", ".a.", Error::bad_text},
      {"two dots", "..", Error::bad_text},
      {"a backslash at the end", "a\\", Error::bad_text},
      {"two digits", "a\\12", Error::bad_text},
      {"a number over 255", "a\\256.", Error::bad_text},
      {"a label of 64 bytes", label63 + "x.", Error::label_too_long},
      {"a name of 256 bytes", name254 + "xxxx.", Error::name_too_long},
      {"a name that the origin makes too long", repeat(label63 + ".", 3) + std::string(58, 'x'),
       Error::name_too_long},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.title) {
      const Result<Name> parsed = Name::parse(c.text, name("test."));
      REQUIRE_FALSE(parsed.has_value());
      CHECK(parsed.error() == c.error);
    }
  }
}

TEST_CASE("255 bytes are the longest name") {
  const std::string text = repeat(std::string(49, 'x') + ".", 5) + "xxx.";
  const Result<Name> parsed = Name::parse(text);
  REQUIRE(parsed.has_value());
  CHECK(parsed->view().size() == 255);
  CHECK(parsed->to_text() == text);
  const Result<Name> many = Name::parse(repeat("a.", 127));
  REQUIRE(many.has_value());
  CHECK(many->view().label_count() == 127);
}

TEST_CASE("labels are counted, walked and cut from either side") {
  const Name www = name("www.example.org.");
  const NameView view = www;
  CHECK(view.label_count() == 3);
  CHECK(view.first_label() == "www");
  CHECK(view.parent() == name("example.org."));
  CHECK(view.without_first(2) == name("org."));
  CHECK(view.without_first(9).is_root());
  CHECK(view.last(1) == name("org."));
  CHECK(view.last(0).is_root());
  CHECK(view.last(9) == view);
  CHECK(NameView().parent().is_root());
  CHECK(NameView().label_count() == 0);
  std::vector<std::string> labels;
  for (const std::string_view label : view.labels()) labels.emplace_back(label);
  CHECK(labels == std::vector<std::string>{"www", "example", "org"});
  CHECK(NameView().labels().begin() == NameView().labels().end());
}

TEST_CASE("names are equal without regard to letter case") {
  struct Case {
    const char* title;
    const char* a;
    const char* b;
    bool equal;
  };
  const Case cases[] = {
      {"same letters", "www.example.org.", "WWW.eXaMpLe.Org.", true},
      {"short ones", "aB.", "Ab.", true},
      {"another letter at the start", "xww.example.org.", "www.example.org.", false},
      {"another letter at the end", "www.example.orx.", "www.example.org.", false},
      {"another letter in the middle", "www.exBmple.org.", "www.example.org.", false},
      {"another length", "www.example.org.", "www.example.or.", false},
      {"labels cut elsewhere", "ab.c.", "a.bc.", false},
      {"@ and ` are no letters", "\\@.", "`.", false},
      {"[ and { are no letters", "aaaaaaaa[.", "aaaaaaaa{.", false},
      {"bytes beyond ASCII stay apart", "aaaaaa\\193.", "aaaaaa\\225.", false},
      {"the root", ".", ".", true},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.title) {
      CHECK((name(c.a) == name(c.b)) == c.equal);
      CHECK((name(c.b) == name(c.a)) == c.equal);
    }
  }
  CHECK(name("a.B.").view().same_case(name("a.B.")));
  CHECK_FALSE(name("a.B.").view().same_case(name("a.b.")));
}

TEST_CASE("a name is in a zone at label boundaries only") {
  struct Case {
    const char* title;
    const char* name;
    const char* zone;
    bool in;
  };
  const Case cases[] = {
      {"the zone itself", "example.org.", "EXAMPLE.org.", true},
      {"below it", "a.b.example.org.", "example.org.", true},
      {"everything is in the root", "org.", ".", true},
      {"the parent is not", "org.", "example.org.", false},
      {"the same ending inside a label", "badexample.org.", "example.org.", false},
      {"a label that holds the zone's bytes", "a\\007example.org.", "example.org.", false},
      {"a sister of the same size", "example.net.", "example.org.", false},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.title) { CHECK(name(c.name).view().is_in(name(c.zone)) == c.in); }
  }
}

TEST_CASE("the canonical order is RFC 4034's own example") {
  const std::vector<std::string> ordered = {
      "example.",   "a.example.",       "yljkjljk.a.example.", "Z.a.example.",    "zABC.a.EXAMPLE.",
      "z.example.", "\\001.z.example.", "*.z.example.",        "\\200.z.example."};
  for (std::size_t i = 0; i < ordered.size(); ++i) {
    for (std::size_t j = 0; j < ordered.size(); ++j) {
      INFO(ordered[i] << " before " << ordered[j]);
      CHECK(name(ordered[i]).view().canonical_less(name(ordered[j])) == (i < j));
    }
  }
  CHECK(NameView().canonical_less(name("a.")));
  CHECK_FALSE(name("A.").view().canonical_less(name("a.")));
  CHECK(name("ab.").view().canonical_less(name("abc.")));
}

TEST_CASE("folding makes capitals small and nothing else") {
  std::string all;
  for (int byte = 33; byte < 90; ++byte) all += fmt::format("\\{:03}", byte);
  const Name odd = name(all.substr(0, 4 * 50) + ".XyZ." + all.substr(4 * 50));
  Name folded = odd;
  folded.fold();
  const NameView before = odd;
  for (std::size_t i = 0; i < before.size(); ++i) {
    const auto expected = static_cast<std::uint8_t>(to_lower(static_cast<char>(before.data()[i])));
    CHECK(folded.view().data()[i] == expected);
  }
  CHECK(name("AbC.").fold().to_text() == "abc.");
  CHECK(name("ABCDEFGHIJKLMNOPQRST.U.").fold().to_text() == "abcdefghijklmnopqrst.u.");
  CHECK(name("WWW.Example.").view().to_lower_text() == "www.example.");
}

TEST_CASE("labels and names are put in front until the name is full") {
  Name built = name("example.org.");
  CHECK(built.prepend("www"));
  CHECK(built.to_text() == "www.example.org.");
  CHECK(built.prepend(name("a.b.").view()));
  CHECK(built.to_text() == "a.b.www.example.org.");
  CHECK(built.prepend(NameView()));
  CHECK_FALSE(built.prepend(""));
  CHECK_FALSE(built.prepend(std::string(64, 'x')));
  CHECK(built.to_text() == "a.b.www.example.org.");

  Name full = name(repeat(std::string(49, 'x') + ".", 5));
  CHECK_FALSE(full.prepend("xxxx"));
  CHECK_FALSE(full.prepend(name("xx.x.").view()));
  CHECK(full.view().size() == 251);
  CHECK(full.prepend("xxx"));
  CHECK(full.view().size() == 255);
}

TEST_CASE("reverse names give an address, and only whole ones do") {
  struct Case {
    const char* title;
    std::string name;
    std::string address;  // In hex; empty: none.
  };
  const std::string six =
      "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa.";
  const Case cases[] = {
      {"IPv4", "4.3.2.1.in-addr.arpa.", "01020304"},
      {"capitals", "255.0.10.192.IN-ADDR.ARPA.", "c00a00ff"},
      {"IPv6", six, "20010db8000000000000000000000001"},
      {"IPv6 in capitals", "F" + six.substr(1), "20010db800000000000000000000000f"},
      {"three octets", "3.2.1.in-addr.arpa.", ""},
      {"five octets", "5.4.3.2.1.in-addr.arpa.", ""},
      {"the zone itself", "in-addr.arpa.", ""},
      {"an octet over 255", "256.3.2.1.in-addr.arpa.", ""},
      {"a leading zero", "01.3.2.1.in-addr.arpa.", ""},
      {"a letter", "a.3.2.1.in-addr.arpa.", ""},
      {"four digits", "1000.3.2.1.in-addr.arpa.", ""},
      {"31 nibbles", six.substr(2), ""},
      {"33 nibbles", "0." + six, ""},
      {"two digits in a nibble", "10" + six.substr(1), ""},
      {"no hex digit", "g" + six.substr(1), ""},
      {"the zone of IPv6 itself", "ip6.arpa.", ""},
      {"another name", "www.example.org.", ""},
      {"nearly the suffix", "4.3.2.1.xin-addr.arpa.", ""},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.title) {
      const std::optional<ReverseAddress> address = parse_reverse(name(c.name));
      std::string hex;
      for (std::size_t i = 0; address && i < address->size; ++i) {
        hex += fmt::format("{:02x}", address->bytes[i]);
      }
      CHECK(hex == c.address);
      if (address) CHECK(reverse_name({address->bytes.data(), address->size}) == name(c.name));
    }
  }
}

}  // namespace
}  // namespace catena::dns
