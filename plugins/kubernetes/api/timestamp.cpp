// SPDX-License-Identifier: Apache-2.0
#include "plugins/kubernetes/api/timestamp.hpp"

#include <chrono>
#include <cstddef>

namespace catena::kubernetes::api {

namespace {

/// Takes fixed parts from the front of a text.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  int digits(std::size_t count) {
    int number = 0;
    for (std::size_t i = 0; i < count; ++i) number = number * 10 + digit();
    return number;
  }

  bool digit_next() const { return !text_.empty() && text_[0] >= '0' && text_[0] <= '9'; }

  void expect(char c) {
    if (next() != c) good_ = false;
  }

  char next() {
    if (text_.empty()) {
      good_ = false;
      return '\0';
    }
    const char c = text_[0];
    text_.remove_prefix(1);
    return c;
  }

  bool finished() const { return good_ && text_.empty(); }

 private:
  int digit() {
    if (!digit_next()) {
      good_ = false;
      return 0;
    }
    return next() - '0';
  }

  std::string_view text_;
  bool good_ = true;
};

std::chrono::nanoseconds fraction(Scanner& scanner) {
  std::chrono::nanoseconds unit(100'000'000);
  std::chrono::nanoseconds sum(0);
  while (scanner.digit_next()) {
    sum += unit * scanner.digits(1);
    unit /= 10;
  }
  return sum;
}

}  // namespace

std::optional<WallTime> parse_timestamp(std::string_view text) {
  using namespace std::chrono;
  Scanner scanner(text);
  const int years = scanner.digits(4);
  scanner.expect('-');
  const int months = scanner.digits(2);
  scanner.expect('-');
  const int days = scanner.digits(2);
  scanner.expect('T');
  const int h = scanner.digits(2);
  scanner.expect(':');
  const int m = scanner.digits(2);
  scanner.expect(':');
  const int s = scanner.digits(2);
  nanoseconds part(0);
  char sign = scanner.next();
  if (sign == '.') {
    part = fraction(scanner);
    sign = scanner.next();
  }
  minutes offset(0);
  if (sign != 'Z') {
    offset = minutes(60 * scanner.digits(2));
    scanner.expect(':');
    offset += minutes(scanner.digits(2));
  }
  const year_month_day date{year(years), month(static_cast<unsigned>(months)),
                            day(static_cast<unsigned>(days))};
  const bool known_sign = sign == 'Z' || sign == '+' || sign == '-';
  // WallTime counts nanoseconds from 1970 and reaches to 2262.
  const bool in_range = years >= 1970 && years < 2262 && h < 24 && m < 60 && s < 61;
  if (!scanner.finished() || !date.ok() || !known_sign || !in_range) return std::nullopt;
  const WallTime local = sys_days(date) + hours(h) + minutes(m) + seconds(s) + part;
  return sign == '-' ? local + offset : local - offset;
}

}  // namespace catena::kubernetes::api
