// SPDX-License-Identifier: Apache-2.0
#include "test/bench/generator/questions.hpp"

#include "test/bench/generator/settings.hpp"

#include <array>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <map>
#include <sstream>

namespace catena::bench {
namespace {

constexpr std::size_t kDigits = 12;
// Prime, so that a number of lines that it does not divide is gone through whole.
constexpr std::uint64_t kStride = 7919;
const std::map<std::string, int> kTypes{{"A", 1},     {"NS", 2},   {"SOA", 6},
                                        {"PTR", 12},  {"MX", 15},  {"TXT", 16},
                                        {"AAAA", 28}, {"SRV", 33}, {"ANY", 255}};

std::string to_wire(const std::string& name) {
  std::string wire;
  std::istringstream stream(name);
  for (std::string label; std::getline(stream, label, '.');) {
    if (label.empty() || label.size() > 63) return {};
    wire += static_cast<char>(label.size()) + label;
  }
  return wire + '\0';
}

std::string message_of(const std::string& name, int type, bool unique) {
  std::string message("\0\0\1\0\0\1\0\0\0\0\0\0", kHeader);
  if (unique) message += static_cast<char>(kDigits) + std::string(kDigits, '0');
  const std::string wire = to_wire(name);
  if (wire.empty()) return {};
  message += wire;
  message += {static_cast<char>(type >> 8), static_cast<char>(type), 0, 1};
  return message;
}

std::array<char, kDigits> digits_of(std::uint64_t number) {
  std::array<char, kDigits> digits;
  for (std::size_t i = kDigits; i-- > 0; number >>= 4) digits[i] = "0123456789abcdef"[number & 15];
  return digits;
}

}  // namespace

std::optional<Questions> Questions::read(const std::string& path, Names names) {
  Questions all;
  all.unique_ = names == Names::unique;
  all.count_ = static_cast<std::uint64_t>(now());
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name, type = "A";
    words >> name >> type;
    const auto known = kTypes.find(type);
    const std::string message =
        known == kTypes.end() ? std::string() : message_of(name, known->second, all.unique_);
    if (message.empty() || message.size() > kLargestQuestion) return std::nullopt;
    all.lines_.push_back(message);
  }
  if (all.lines_.empty()) return std::nullopt;
  return all;
}

std::size_t Questions::next(unsigned char* message, std::uint16_t id, Asked& asked) {
  asked.number = ++count_;
  asked.line = static_cast<std::uint32_t>(count_ % lines_.size() * kStride % lines_.size());
  const std::string& line = lines_[asked.line];
  std::memcpy(message, line.data(), line.size());
  message[0] = static_cast<unsigned char>(id >> 8);
  message[1] = static_cast<unsigned char>(id);
  if (unique_) std::memcpy(message + kHeader + 1, digits_of(asked.number).data(), kDigits);
  return line.size();
}

bool Questions::same(const Asked& asked, Bytes message) const {
  const std::string& line = lines_[asked.line];
  if (message.size() < line.size()) return false;
  std::size_t from = kHeader;
  if (unique_) {
    if (std::memcmp(message.data() + kHeader + 1, digits_of(asked.number).data(), kDigits) != 0)
      return false;
    from += 1 + kDigits;
  }
  return std::memcmp(message.data() + from, line.data() + from, line.size() - from) == 0;
}

}  // namespace catena::bench
