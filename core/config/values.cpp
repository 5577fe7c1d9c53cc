// SPDX-License-Identifier: Apache-2.0
#include "core/config/values.hpp"

#include "core/base/ascii.hpp"
#include "core/config/rules.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

namespace catena::config {

namespace {

template <class T>
std::optional<T> parse_number(std::string_view word) {
  // from_chars knows no plus sign, Go does.
  if (word.size() > 1 && word[0] == '+' && word[1] != '-') word.remove_prefix(1);
  T value{};
  const auto read = std::from_chars(word.data(), word.data() + word.size(), value);
  if (word.empty() || read.ec != std::errc() || read.ptr != word.data() + word.size()) {
    return std::nullopt;
  }
  return value;
}

}  // namespace

bool same_word(std::string_view a, std::string_view b, Case letters) {
  return letters == Case::sensitive ? a == b : same_text(a, b);
}

std::optional<long long> parse_signed(std::string_view word) {
  return parse_number<long long>(word);
}

std::optional<unsigned long long> parse_unsigned(std::string_view word) {
  return parse_number<unsigned long long>(word);
}

std::optional<double> parse_double(std::string_view word) {
  const auto value = parse_number<double>(word);
  return value && std::isfinite(*value) ? value : std::nullopt;
}

std::optional<boost::asio::ip::udp::endpoint> parse_endpoint(std::string_view word,
                                                             std::uint16_t default_port) {
  using boost::asio::ip::udp;
  if (word.size() >= 2 && word.front() == '[' && word.back() == ']') {
    word = word.substr(1, word.size() - 2);
  }
  if (const auto address = parse_address(word)) return udp::endpoint(*address, default_port);
  const auto split = parse_host_port(word);
  const auto address = split ? parse_address(split->host) : std::nullopt;
  if (!address) return std::nullopt;
  return udp::endpoint(*address, split->port);
}

std::string join_words(const std::vector<std::string_view>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += fmt::format("'{}'", words[i]);
  }
  return text;
}

std::string put_word(std::string_view text, std::string_view word) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t hole = text.find("{}", at);
    out += text.substr(at, hole - at);
    if (hole == std::string_view::npos) break;
    out += word;
    at = hole + 2;
  }
  return out;
}

std::string complaint(std::string_view word,
                      const std::string& reason,
                      const std::string& expected) {
  if (reason.empty()) return fmt::format("expected {}, not '{}'", expected, word);
  return fmt::format("{} (expected {})", reason, expected);
}

}  // namespace catena::config
