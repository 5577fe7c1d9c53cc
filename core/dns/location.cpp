// SPDX-License-Identifier: Apache-2.0
#include "core/dns/location.hpp"

#include "core/dns/bytes.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>

namespace catena::dns {
namespace {

constexpr std::uint32_t kMiddle = 1u << 31;            // The equator and the prime meridian.
constexpr std::uint32_t kDegree = 3'600'000;           // Thousandths of a second of arc.
constexpr std::int64_t kAltitudeBase = 100'000 * 100;  // Centimetres below the WGS 84 spheroid.

constexpr std::uint64_t power_of_ten(unsigned exponent) {
  std::uint64_t power = 1;
  for (; exponent > 0; --exponent) power *= 10;
  return power;
}

bool is_precision(std::uint8_t byte) { return byte >> 4 <= 9 && (byte & 15) <= 9; }

/// A mantissa and a power of ten, in centimetres.
std::string precision_to_text(std::uint8_t byte) {
  const unsigned mantissa = byte >> 4;
  const unsigned exponent = byte & 15;
  if (exponent > 1) return fmt::format("{}m", mantissa * power_of_ten(exponent - 2));
  return fmt::format("0.{:02}m", mantissa * power_of_ten(exponent));
}

struct Axis {
  char positive, negative;
  std::uint32_t degrees;
};
constexpr Axis kLatitude = {'N', 'S', 90};
constexpr Axis kLongitude = {'E', 'W', 180};

std::optional<std::string> angle_to_text(std::uint32_t value, const Axis& axis) {
  const char side = value >= kMiddle ? axis.positive : axis.negative;
  const std::uint32_t angle = value >= kMiddle ? value - kMiddle : kMiddle - value;
  if (angle > axis.degrees * kDegree) return std::nullopt;
  const std::uint32_t in_minute = angle % 60'000;
  return fmt::format("{} {} {}.{:03} {}", angle / kDegree, angle / 60'000 % 60, in_minute / 1000,
                     in_minute % 1000, side);
}

std::string altitude_to_text(std::uint32_t value) {
  const std::int64_t altitude = std::int64_t{value} - kAltitudeBase;
  const std::int64_t size = altitude < 0 ? -altitude : altitude;
  return fmt::format("{}{}.{:02}m", altitude < 0 ? "-" : "", size / 100, size % 100);
}

/// "12.345" with up to `places` digits behind the point, as an integer of that many places.
std::optional<std::uint64_t> parse_fixed(std::string_view text, unsigned places) {
  const std::size_t point = std::min(text.find('.'), text.size());
  std::string digits(text.substr(0, point));
  const std::string_view fraction = text.substr(std::min(point + 1, text.size()));
  if (digits.empty() || digits.size() > 10 || fraction.size() > places) return std::nullopt;
  digits += fraction;
  digits.append(places - fraction.size(), '0');
  std::uint64_t value = 0;
  const auto [rest, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || rest != digits.data() + digits.size()) return std::nullopt;
  return value;
}

/// Goes over the words from the left.
class LocationParser {
 public:
  explicit LocationParser(std::span<const std::string_view> words) : words_(words) {}

  bool parse(std::array<std::uint8_t, 16>& out) {
    out = {0, 0x12, 0x16, 0x13};  // 1 m, 10000 m and 10 m, unless there is more text.
    const auto latitude = angle(kLatitude);
    const auto longitude = latitude ? angle(kLongitude) : std::nullopt;
    const auto height = longitude ? altitude() : std::nullopt;
    if (!height) return false;
    store32(&out[4], *latitude);
    store32(&out[8], *longitude);
    store32(&out[12], *height);
    for (std::size_t i = 1; i <= 3 && !words_.empty(); ++i) {
      const auto byte = precision();
      if (!byte) return false;
      out[i] = *byte;
    }
    return words_.empty();
  }

 private:
  std::string_view take() {
    if (words_.empty()) return {};
    const std::string_view word = words_.front();
    words_ = words_.subspan(1);
    return word;
  }

  /// Degrees, then minutes and seconds unless the side comes before.
  std::optional<std::uint32_t> angle(const Axis& axis) {
    constexpr std::array<std::uint32_t, 3> kUnits = {kDegree, 60'000, 1};
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i <= kUnits.size(); ++i) {
      const std::string_view word = take();
      if (i > 0 && word.size() == 1) {
        const char side = static_cast<char>(word[0] & ~0x20);
        if (side == axis.positive) return static_cast<std::uint32_t>(kMiddle + sum);
        if (side == axis.negative) return static_cast<std::uint32_t>(kMiddle - sum);
      }
      if (i == kUnits.size()) return std::nullopt;
      const auto part = parse_fixed(word, i == 2 ? 3 : 0);
      const std::uint64_t limit = i == 0 ? axis.degrees : i == 1 ? 59 : 59'999;
      if (!part || *part > limit) return std::nullopt;
      sum += *part * kUnits[i];
      if (sum > std::uint64_t{axis.degrees} * kDegree) return std::nullopt;
    }
    return std::nullopt;
  }

  std::string_view take_metres() {
    std::string_view word = take();
    if (word.ends_with('m') || word.ends_with('M')) word.remove_suffix(1);
    return word;
  }

  std::optional<std::uint32_t> altitude() {
    std::string_view word = take_metres();
    const bool below = word.starts_with('-');
    if (below) word.remove_prefix(1);
    const auto centimetres = parse_fixed(word, 2);
    if (!centimetres || *centimetres > 0xffffffffu) return std::nullopt;
    const auto size = static_cast<std::int64_t>(*centimetres);
    const std::int64_t value = kAltitudeBase + (below ? -size : size);
    if (value < 0 || value > 0xffffffffLL) return std::nullopt;
    return static_cast<std::uint32_t>(value);
  }

  /// Rounded down to one digit.
  std::optional<std::uint8_t> precision() {
    const auto centimetres = parse_fixed(take_metres(), 2);
    if (!centimetres || *centimetres > 9 * power_of_ten(9)) return std::nullopt;
    unsigned exponent = 0;
    std::uint64_t mantissa = *centimetres;
    for (; mantissa > 9; mantissa /= 10) ++exponent;
    return static_cast<std::uint8_t>(mantissa << 4 | exponent);
  }

  std::span<const std::string_view> words_;
};

}  // namespace

std::optional<std::string> location_to_text(std::span<const std::uint8_t> bytes) {
  if (bytes[0] != 0) return std::nullopt;
  if (!is_precision(bytes[1]) || !is_precision(bytes[2]) || !is_precision(bytes[3])) {
    return std::nullopt;
  }
  const auto latitude = angle_to_text(load32(&bytes[4]), kLatitude);
  const auto longitude = angle_to_text(load32(&bytes[8]), kLongitude);
  if (!latitude || !longitude) return std::nullopt;
  return fmt::format("{} {} {} {} {} {}", *latitude, *longitude,
                     altitude_to_text(load32(&bytes[12])), precision_to_text(bytes[1]),
                     precision_to_text(bytes[2]), precision_to_text(bytes[3]));
}

bool append_location(std::vector<std::uint8_t>& out, std::span<const std::string_view> words) {
  std::array<std::uint8_t, 16> bytes;
  if (!LocationParser(words).parse(bytes)) return false;
  out.insert(out.end(), bytes.begin(), bytes.end());
  return true;
}

}  // namespace catena::dns
