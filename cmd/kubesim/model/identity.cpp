// SPDX-License-Identifier: Apache-2.0
// Time stamps and random names.
#include "cmd/kubesim/model/store.hpp"

#include <fmt/format.h>

#include <ctime>
#include <random>

namespace catena::kubesim {
namespace {

std::mt19937_64& generator() {
  thread_local std::mt19937_64 engine{std::random_device{}()};
  return engine;
}

}  // namespace

std::string timestamp(std::chrono::system_clock::time_point time) {
  const std::time_t seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  const std::size_t length = std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text, length};
}

std::optional<std::chrono::system_clock::time_point> parse_timestamp(std::string_view text) {
  std::tm parts{};
  const std::string owned(text);
  if (strptime(owned.c_str(), "%Y-%m-%dT%H:%M:%SZ", &parts) == nullptr) return std::nullopt;
  return std::chrono::system_clock::from_time_t(timegm(&parts));
}

std::string new_uid() {
  const std::uint64_t high = generator()();
  const std::uint64_t low = generator()();
  return fmt::format("{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}", high >> 32, (high >> 16) & 0xffff,
                     high & 0xfff, 0x8000 | ((low >> 48) & 0x3fff), low & 0xffffffffffff);
}

std::string random_suffix(std::size_t length) {
  constexpr std::string_view kLetters = "bcdfghjklmnpqrstvwxz2456789";
  std::uniform_int_distribution<std::size_t> pick(0, kLetters.size() - 1);
  std::string text;
  for (std::size_t i = 0; i < length; ++i) text += kLetters[pick(generator())];
  return text;
}

}  // namespace catena::kubesim
