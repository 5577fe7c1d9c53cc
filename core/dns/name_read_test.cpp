// SPDX-License-Identifier: Apache-2.0
#include "core/dns/name.hpp"
#include "core/dns/wire_testing.hpp"

#include <catch2/catch.hpp>

namespace catena::dns {
namespace {

using testing::RawMessage;

struct Buffer {
  std::array<std::uint8_t, NameView::kMaxSize> bytes;
};

/// A chain of pointers, each to the one before, behind a root.
RawMessage chain(unsigned pointers) {
  RawMessage message;
  message.u8(0);
  for (unsigned i = 0; i < pointers; ++i) message.pointer(i == 0 ? 0 : 1 + 2 * (i - 1));
  return message;
}

TEST_CASE("names are read across pointers") {
  struct Case {
    const char* title;
    RawMessage message;
    std::size_t offset;
    const char* text;
    std::size_t size;
  };
  const Case cases[] = {
      {"without compression", RawMessage().name("a.bc."), 0, "a.bc.", 6},
      {"the root", RawMessage().u8(0), 0, ".", 1},
      {"a pointer alone", RawMessage().name("a.bc.").pointer(0), 6, "a.bc.", 2},
      {"labels before a pointer", RawMessage().name("a.bc.").raw("\1x").pointer(2), 6, "x.bc.", 4},
      {"a pointer to a pointer", RawMessage().name("a.").pointer(0).raw("\1x").pointer(3), 5,
       "x.a.", 4},
      {"a pointer to the root", RawMessage().u8(0).raw("\1x").pointer(0), 1, "x.", 4},
      {"127 pointers", chain(127), 1 + 2 * 126, ".", 2},
      {"letter case is kept", RawMessage().name("Ab.").raw("\1X").pointer(0), 4, "X.Ab.", 4},
      {"bytes behind the name do not matter", RawMessage().name("a.").raw("\xff\xff"), 0, "a.", 3},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.title) {
      Buffer buffer;
      const Result<ReadName> read = read_name(c.message.bytes(), c.offset, buffer.bytes);
      REQUIRE(read.has_value());
      CHECK(read->name.to_text() == c.text);
      CHECK(read->size_in_message == c.size);
      const Result<std::size_t> skipped = skip_name(c.message.bytes(), c.offset);
      REQUIRE(skipped.has_value());
      CHECK(*skipped == c.size);
    }
  }
}

RawMessage long_name(unsigned last_label) {
  RawMessage message;
  for (int i = 0; i < 3; ++i) message.u8(63).raw(std::string(63, 'x'));
  return message.u8(last_label).raw(std::string(last_label, 'x')).u8(0);
}

/// 250 bytes of labels that point to a name of `tail` bytes in front of them.
RawMessage long_compressed(unsigned tail) {
  RawMessage message;
  message.u8(tail - 2).raw(std::string(tail - 2, 't')).u8(0);
  for (int i = 0; i < 5; ++i) message.u8(49).raw(std::string(49, 'x'));
  return message.pointer(0);
}

TEST_CASE("broken names are refused") {
  struct Case {
    const char* title;
    RawMessage message;
    std::size_t offset;
    Error error;
  };
  const Case cases[] = {
      {"nothing there", RawMessage(), 0, Error::truncated},
      {"an offset beyond the message", RawMessage().u8(0), 9, Error::truncated},
      {"cut inside a label", RawMessage().raw("\3ab"), 0, Error::truncated},
      {"cut before the root", RawMessage().raw("\2ab"), 0, Error::truncated},
      {"cut inside a pointer", RawMessage().u8(0).u8(0xc0), 1, Error::truncated},
      {"a pointer to itself", RawMessage().u8(0).pointer(1), 1, Error::bad_pointer},
      {"a pointer forwards", RawMessage().pointer(2).u8(0), 0, Error::bad_pointer},
      {"a pointer beyond the message", RawMessage().u8(0).pointer(0x3fff), 1, Error::bad_pointer},
      {"a loop of labels", RawMessage().raw("\1a").pointer(0), 0, Error::bad_pointer},
      {"a loop of two", RawMessage().pointer(2).pointer(0), 2, Error::bad_pointer},
      {"a pointer into its own labels", RawMessage().raw("\1a\1b").pointer(2), 0,
       Error::bad_pointer},
      {"128 pointers", chain(128), 1 + 2 * 127, Error::bad_pointer},
      {"label type 01", RawMessage().u8(0x41).raw("x").u8(0), 0, Error::bad_label_type},
      {"label type 10", RawMessage().u8(0x80).raw("x").u8(0), 0, Error::bad_label_type},
      {"256 bytes", long_name(62), 0, Error::name_too_long},
      {"256 bytes across a pointer", long_compressed(6), 6, Error::name_too_long},
  };
  for (const Case& c : cases) {
    DYNAMIC_SECTION(c.title) {
      Buffer buffer;
      const Result<ReadName> read = read_name(c.message.bytes(), c.offset, buffer.bytes);
      REQUIRE_FALSE(read.has_value());
      CHECK(read.error() == c.error);
      const Result<std::size_t> skipped = skip_name(c.message.bytes(), c.offset);
      REQUIRE_FALSE(skipped.has_value());
      CHECK(skipped.error() == c.error);
    }
  }
}

TEST_CASE("255 bytes are read, plain and across a pointer") {
  Buffer buffer;
  const RawMessage plain = long_name(61);
  CHECK(read_name(plain.bytes(), 0, buffer.bytes)->name.size() == 255);
  const RawMessage compressed = long_compressed(5);
  CHECK(read_name(compressed.bytes(), 5, buffer.bytes)->name.size() == 255);
}

}  // namespace
}  // namespace catena::dns
