// SPDX-License-Identifier: Apache-2.0
#include "core/base/json_record.hpp"

#include <catch2/catch.hpp>

#include <cstdlib>
#include <ctime>

namespace catena {
namespace {

struct Text {
  const char* name;
  std::string text;
  const char* json;
};

TEST_CASE("texts as JSON strings", "[json]") {
  using namespace std::string_literals;
  const Text texts[] = {
      {"plain", "a <b> & 'c'", R"("a <b> & 'c'")"},
      {"quotes and backslashes", "\"a\\\"", R"("\"a\\\"")"},
      {"line breaks and tabs", "a\nb\tc\r", R"("a\nb\tc\r")"},
      {"other control characters", "\b\f\0\x1f"s, R"("\b\f\u0000\u001f")"},
      {"a character of two bytes", "\xc3\xa9", "\"\xc3\xa9\""},
      {"of three", "\xe2\x82\xac", "\"\xe2\x82\xac\""},
      {"of four", "\xf0\x9f\x90\xa7", "\"\xf0\x9f\x90\xa7\""},
      {"a lone byte",
       "a\xff"
       "b",
       "\"a\xef\xbf\xbd"
       "b\""},
      {"a character cut short", "\xe2\x82", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
      {"too long a form", "\xc0\xaf", "\"\xef\xbf\xbd\xef\xbf\xbd\""},
      {"half a surrogate pair", "\xed\xa0\x80", "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
      {"beyond Unicode", "\xf4\x90\x80\x80",
       "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
  };
  for (const Text& t : texts) {
    DYNAMIC_SECTION(t.name) {
      JsonBuffer out;
      append_json(t.text, out);
      CHECK(std::string(out.data(), out.size()) == t.json);
    }
  }
}

class Fields final : public LogFields {
 public:
  void put(JsonObject& object) const override {
    object.text("name", "x");
    object.number("count", std::uint16_t{7});
    object.boolean("good", true);
    object.null("nothing");
    object.literal("seconds", "0.5");
  }
};

const std::string kTail = R"("level":"INFO","msg":"text"})";

/// What a record is where the clocks show something else than UTC.
std::string record_in(const char* zone, WallTime time) {
  ::setenv("TZ", zone, 1);
  ::tzset();
  std::string line = to_json({LogLevel::info, "text"}, time);
  ::unsetenv("TZ");
  ::tzset();
  return line;
}

TEST_CASE("records as JSON", "[json]") {
  const WallTime time(std::chrono::seconds(1767323045) + std::chrono::nanoseconds(1200));
  CHECK(record_in("UTC", time) == R"({"time":"2026-01-02T03:04:05.000001200Z",)" + kTail);
  CHECK(record_in("CST-8", time) == R"({"time":"2026-01-02T11:04:05.000001200+08:00",)" + kTail);
  CHECK(record_in("NST3:30", time) == R"({"time":"2026-01-01T23:34:05.000001200-03:30",)" + kTail);
  const Fields fields;
  JsonBuffer out;
  append_members({LogLevel::warning, "a\nb", "cache", LogPrefix::plugin, &fields}, out);
  CHECK(std::string(out.data(), out.size()) ==
        R"("level":"WARN","msg":"a\nb","plugin":"cache","name":"x","count":7,"good":true,)"
        R"("nothing":null,"seconds":0.5)");
}

}  // namespace
}  // namespace catena
