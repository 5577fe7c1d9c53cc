// SPDX-License-Identifier: Apache-2.0
#include "core/config/values.hpp"

#include "core/config/rules.hpp"

#include <catch2/catch.hpp>

namespace catena::config {
namespace {

using namespace std::chrono_literals;

// Reads one word; the text is the value, or "error: ..." with the target left alone.
template <class T, class... Rules>
std::string read_as(std::string_view word, T start, const Rules&... rules) {
  T value = start;
  const Reason failure = read_word(word, reader_of(value), rules...);
  if (failure) {
    CHECK(value == start);
    return "error: " + *failure;
  }
  if constexpr (std::is_same_v<T, std::string>)
    return value;
  else if constexpr (IsDuration<T>::value)
    return format_duration(value);
  else if constexpr (std::is_same_v<T, boost::asio::ip::address>)
    return value.to_string();
  else
    return std::to_string(value);
}

TEST_CASE("whole numbers of every width are read in their range", "[config][values]") {
  CHECK(read_as<int>("42", 0) == "42");
  CHECK(read_as<int>("-42", 0) == "-42");
  CHECK(read_as<int>("+42", 0) == "42");
  CHECK(read_as<int>("007", 0) == "7");
  CHECK(read_as<std::uint8_t>("255", 0) == "255");
  CHECK(read_as<std::uint8_t>("256", 7) == "error: expected a whole number, not '256'");
  CHECK(read_as<std::int8_t>("-128", 0) == "-128");
  CHECK(read_as<std::int8_t>("128", 7) == "error: expected a whole number, not '128'");
  CHECK(read_as<std::uint16_t>("65535", 0) == "65535");
  CHECK(read_as<std::uint32_t>("4294967295", 0) == "4294967295");
  CHECK(read_as<std::uint32_t>("-1", 7) == "error: expected a whole number, not '-1'");
  CHECK(read_as<std::uint64_t>("18446744073709551615", 0) == "18446744073709551615");
  CHECK(read_as<std::int64_t>("9223372036854775808", 7) ==
        "error: expected a whole number, not '9223372036854775808'");
  for (const char* word : {"", "x", "1x", "1.0", " 1", "+", "+-1", "0x10"}) {
    CHECK(read_as<int>(word, 7) ==
          "error: expected a whole number, not '" + std::string(word) + "'");
  }
}

TEST_CASE("other values are read by their type", "[config][values]") {
  CHECK(read_as<std::string>("word", "") == "word");
  CHECK(read_as<double>("1.5", 0) == "1.500000");
  CHECK(read_as<double>("inf", 7) == "error: expected a number, not 'inf'");
  CHECK(read_as<double>("x", 7) == "error: expected a number, not 'x'");
  CHECK(read_as<Duration>("1.5s", 0s) == "1.5s");
  CHECK(read_as<std::chrono::seconds>("2m", 0s) == "2m0s");
  CHECK(read_as<std::chrono::seconds>("1500ms", 7s) ==
        "error: a duration finer than is possible here (expected a duration such as 30s)");
  CHECK(read_as<Duration>("20", 7s) ==
        "error: time: missing unit in duration \"20\" (expected a duration such as 30s)");
  CHECK(read_as<boost::asio::ip::address>("2001:DB8::1", {}) == "2001:db8::1");
  CHECK(read_as<boost::asio::ip::address>("1.2.3", {}) ==
        "error: expected an IP address, not '1.2.3'");
  CHECK(read_as<boost::asio::ip::address>(std::string_view("1.2.3.4\0x", 9), {})
            .starts_with("error: expected an IP address"));
}

TEST_CASE("bounds name what was expected", "[config][values]") {
  CHECK(read_as<int>("5", 0, between(1, 5)) == "5");
  CHECK(read_as<int>("0", 7, between(1, 5)) ==
        "error: expected a whole number from 1 to 5, not '0'");
  CHECK(read_as<int>("6", 7, between(1, 5)) ==
        "error: expected a whole number from 1 to 5, not '6'");
  CHECK(read_as<std::size_t>("0", 7, at_least(1)) ==
        "error: expected a whole number of at least 1, not '0'");
  CHECK(read_as<int>("9", 7, at_most(8u)) ==
        "error: expected a whole number of at most 8, not '9'");
  CHECK(read_as<int>("x", 7, at_least(1)) ==
        "error: expected a whole number of at least 1, not 'x'");
  CHECK(read_as<std::chrono::seconds>("24h", 7s, between(1s, 24h)) == "24h0m0s");
  CHECK(read_as<std::chrono::seconds>("25h", 7s, between(1s, 24h)) ==
        "error: expected a duration such as 30s from 1s to 24h0m0s, not '25h'");
}

TEST_CASE("a plugin's own phrase takes the place of the default one", "[config][values]") {
  const auto range = out_of_range_says("cache TTL can not be zero or negative: {}");
  const auto format = unreadable_says("{} is not {}");
  CHECK(read_as<int>("0", 7, at_least(1), range) ==
        "error: cache TTL can not be zero or negative: 0 (expected a whole number of at least 1)");
  CHECK(read_as<int>("x", 7, at_least(1), range) ==
        "error: expected a whole number of at least 1, not 'x'");
  CHECK(read_as<int>("x", 7, format) == "error: x is not x (expected a whole number)");
}

TEST_CASE("seconds may be bare numbers where asked", "[config][values]") {
  std::chrono::seconds ttl{7};
  CHECK(read_word("0", duration_or_seconds(ttl), at_least(1s)) ==
        "expected a duration such as 30s or a whole number of seconds of at least 1s, not '0'");
  CHECK(read_word("9223372036854775807", duration_or_seconds(ttl)).has_value());
  CHECK_FALSE(read_word("2m", duration_or_seconds(ttl)));
  CHECK(ttl == 2min);
  CHECK_FALSE(read_word("5", duration_or_seconds(ttl)));
  CHECK(ttl == 5s);
  CHECK(read_word("x", duration_or_seconds(ttl)) ==
        "failed to parse duration 'x' (expected a duration such as 30s or a whole number of "
        "seconds)");
}

enum class Policy { random, sequential, round_robin };

TEST_CASE("one word of a table", "[config][values]") {
  Policy policy = Policy::random;
  const auto choice = [&](Case letters) {
    return one_of(policy,
                  {{"random", Policy::random},
                   {"sequential", Policy::sequential},
                   {"round_robin", Policy::round_robin}},
                  letters);
  };
  CHECK_FALSE(read_word("sequential", choice(Case::sensitive)));
  CHECK(policy == Policy::sequential);
  CHECK(read_word("Random", choice(Case::sensitive)) ==
        "expected 'random', 'sequential' or 'round_robin', not 'Random'");
  CHECK(policy == Policy::sequential);
  CHECK_FALSE(read_word("Random", choice(Case::ignored)));
  CHECK(policy == Policy::random);
  CHECK(read_word("x", choice(Case::ignored), unreadable_says("unknown policy '{}'")) ==
        "unknown policy 'x' (expected 'random', 'sequential' or 'round_robin')");
}

struct EndpointCase {
  const char* name = "";
  std::string word;
  std::string address = {};
  std::uint16_t port = 0;
};

const EndpointCase kEndpoints[] = {
    {.name = "IPv4", .word = "1.2.3.4", .address = "1.2.3.4", .port = 53},
    {.name = "IPv4 and a port", .word = "1.2.3.4:5353", .address = "1.2.3.4", .port = 5353},
    {.name = "IPv6", .word = "2001:db8::1", .address = "2001:db8::1", .port = 53},
    {.name = "IPv6 in brackets", .word = "[2001:db8::1]", .address = "2001:db8::1", .port = 53},
    {.name = "IPv6 and a port", .word = "[::1]:853", .address = "::1", .port = 853},
    {.name = "no address", .word = "example.org"},
    {.name = "a port alone", .word = ":53"},
    {.name = "a port too large", .word = "1.2.3.4:65536"},
    {.name = "a port with a sign", .word = "1.2.3.4:+53"},
    {.name = "no port after the colon", .word = "1.2.3.4:"},
    {.name = "a bracket too few", .word = "[::1:53"},
    {.name = "nothing", .word = ""},
};

TEST_CASE("addresses with a port", "[config][values]") {
  for (const EndpointCase& c : kEndpoints) {
    DYNAMIC_SECTION(c.name) {
      boost::asio::ip::udp::endpoint target;
      const Reason failure = read_word(c.word, endpoint(target, 53));
      CHECK(failure.has_value() == c.address.empty());
      if (failure) {
        CHECK(*failure == "expected IP or IP:PORT, not '" + c.word + "'");
        continue;
      }
      CHECK(target.address().to_string() == c.address);
      CHECK(target.port() == c.port);
    }
  }
}

TEST_CASE("words are compared by ASCII letters only", "[config][values]") {
  CHECK(same_word("Abc", "aBC", Case::ignored));
  CHECK_FALSE(same_word("Abc", "aBC", Case::sensitive));
  CHECK_FALSE(same_word("abc", "abcd", Case::ignored));
  CHECK_FALSE(same_word("[", "{", Case::ignored));
}

}  // namespace
}  // namespace catena::config
