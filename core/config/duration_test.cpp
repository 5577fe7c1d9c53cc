// SPDX-License-Identifier: Apache-2.0
#include "core/config/duration.hpp"

#include <catch2/catch.hpp>

#include <limits>

namespace catena::config {
namespace {

using namespace std::chrono_literals;

struct Case {
  const char* name = "";
  std::string text;
  Duration value = {};
  std::string error = {};
};

const Case kCases[] = {
    {.name = "seconds", .text = "30s", .value = 30s},
    {.name = "parts add up", .text = "1h2m3s4ms5us6ns", .value = 1h + 2min + 3s + 4ms + 5us + 6ns},
    {.name = "a part may come twice", .text = "1s1s", .value = 2s},
    {.name = "both micro signs", .text = "1\u00b5s1\u03bcs", .value = 2us},
    {.name = "a fraction", .text = "1.5h", .value = 90min},
    {.name = "a fraction without a whole number", .text = ".5s", .value = 500ms},
    {.name = "a whole number with a bare dot", .text = "1.s", .value = 1s},
    {.name = "nine digits of a second", .text = "1.123456789s", .value = 1'123'456'789ns},
    {.name = "digits below a nanosecond do not count",
     .text = "1.1234567899s",
     .value = 1'123'456'789ns},
    {.name = "a plus sign", .text = "+1s", .value = 1s},
    {.name = "a minus sign", .text = "-1.5s", .value = -1500ms},
    {.name = "a bare zero", .text = "0", .value = 0s},
    {.name = "a bare signed zero", .text = "-0", .value = 0s},
    {.name = "zero with a unit", .text = "0s", .value = 0s},
    {.name = "the longest", .text = "9223372036854775807ns", .value = Duration::max()},
    {.name = "the shortest", .text = "-9223372036854775808ns", .value = Duration::min()},
    {.name = "no unit", .text = "20", .error = "time: missing unit in duration \"20\""},
    {.name = "no unit after a part",
     .text = "1s20",
     .error = "time: missing unit in duration \"1s20\""},
    {.name = "no number", .text = "aa", .error = "time: invalid duration \"aa\""},
    {.name = "nothing", .text = "", .error = "time: invalid duration \"\""},
    {.name = "a sign alone", .text = "-", .error = "time: invalid duration \"-\""},
    {.name = "a dot alone", .text = ".s", .error = "time: invalid duration \".s\""},
    {.name = "an unknown unit",
     .text = "3d",
     .error = "time: unknown unit \"d\" in duration \"3d\""},
    {.name = "letter case counts",
     .text = "3S",
     .error = "time: unknown unit \"S\" in duration \"3S\""},
    {.name = "white space is part of the unit",
     .text = "3 s",
     .error = "time: unknown unit \" s\" in duration \"3 s\""},
    {.name = "too long",
     .text = "9223372036854775808ns",
     .error = "time: invalid duration \"9223372036854775808ns\""},
    {.name = "far too long",
     .text = "99999999999999999999h",
     .error = "time: invalid duration \"99999999999999999999h\""},
    {.name = "too long as a sum",
     .text = "2562047h2562047h",
     .error = "time: invalid duration \"2562047h2562047h\""},
    {.name = "quotes in errors are escaped",
     .text = "\"\x01",
     .error = "time: invalid duration \"\\\"\\x01\""},
};

TEST_CASE("durations are read as Go reads them", "[config][duration]") {
  for (const Case& c : kCases) {
    DYNAMIC_SECTION(c.name) {
      const DurationOrError read = parse_duration(c.text);
      const auto* error = std::get_if<std::string>(&read);
      CHECK((error ? *error : "") == c.error);
      if (!error) CHECK(std::get<Duration>(read) == c.value);
    }
  }
}

const Case kSeconds[] = {
    {.name = "a bare number means seconds", .text = "20", .value = 20s},
    {.name = "a negative bare number", .text = "-3", .value = -3s},
    {.name = "Go's syntax as well", .text = "1m", .value = 1min},
    {.name = "one text for all errors", .text = "abc", .error = "failed to parse duration 'abc'"},
    {.name = "also for an empty word", .text = "", .error = "failed to parse duration ''"},
    {.name = "more seconds than fit",
     .text = "9223372037",
     .error = "failed to parse duration '9223372037'"},
};

TEST_CASE("durations may be bare seconds where asked", "[config][duration]") {
  for (const Case& c : kSeconds) {
    DYNAMIC_SECTION(c.name) {
      const DurationOrError read = parse_duration_or_seconds(c.text);
      const auto* error = std::get_if<std::string>(&read);
      CHECK((error ? *error : "") == c.error);
      if (!error) CHECK(std::get<Duration>(read) == c.value);
    }
  }
}

const Case kFormatted[] = {
    {.name = "zero", .text = "0s", .value = 0s},
    {.name = "nanoseconds", .text = "1ns", .value = 1ns},
    {.name = "microseconds", .text = "1.1\u00b5s", .value = 1100ns},
    {.name = "milliseconds", .text = "2.2ms", .value = 2200us},
    {.name = "whole milliseconds", .text = "300ms", .value = 300ms},
    {.name = "seconds", .text = "30s", .value = 30s},
    {.name = "a fraction of seconds", .text = "1.5s", .value = 1500ms},
    {.name = "small fractions keep their zeros", .text = "3.000000001s", .value = 3s + 1ns},
    {.name = "minutes", .text = "4m5s", .value = 4min + 5s},
    {.name = "minutes show zero seconds", .text = "5m0s", .value = 5min},
    {.name = "hours", .text = "1h0m5s", .value = 1h + 5s},
    {.name = "hours with a fraction", .text = "5h6m7.001s", .value = 5h + 6min + 7001ms},
    {.name = "days are hours", .text = "48h0m0s", .value = 48h},
    {.name = "negative", .text = "-1.5s", .value = -1500ms},
    {.name = "the longest", .text = "2562047h47m16.854775807s", .value = Duration::max()},
    {.name = "the shortest", .text = "-2562047h47m16.854775808s", .value = Duration::min()},
};

TEST_CASE("durations are written as Go writes them, and read back", "[config][duration]") {
  for (const Case& c : kFormatted) {
    DYNAMIC_SECTION(c.name) {
      CHECK(format_duration(c.value) == c.text);
      CHECK(std::get<Duration>(parse_duration(c.text)) == c.value);
    }
  }
}

}  // namespace
}  // namespace catena::config
