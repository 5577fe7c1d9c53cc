// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.hpp"
#include "core/dns/record.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace catena::loadbalance {

/// How heavy the addresses of names are. Built once, then only read, by all workers.
class Weights {
 public:
  /// Reads a weight file's text; `file` is its name, for errors, which are CoreDNS's.
  static Result<Weights> parse(std::string_view text, std::string_view file);

  /// The weight of an A or AAAA record by owner, letter case ignored, and address: 1 to 255, 1
  /// where the file says nothing. Allocates nothing.
  std::uint32_t of(const dns::Record& record) const;

 private:
  struct Entry {
    std::array<std::uint8_t, 16> address{};
    std::uint8_t size = 0;  // 4 or 16.
    std::uint8_t weight = 1;
  };
  using Entries = std::vector<Entry>;
  class Reader;

  // By name in wire form, small letters.
  std::map<std::string, Entries, std::less<>> domains_;
};

}  // namespace catena::loadbalance
