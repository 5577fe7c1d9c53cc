// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace catena::kubesim {

/// Bearer tokens and whom they stand for. One thread owns it.
class Tokens {
 public:
  using Time = std::chrono::system_clock::time_point;

  /// A new random token; without an expiry it is valid for ever.
  std::string issue(std::string user, std::optional<Time> expiry);
  /// The user of a token that is valid at that time.
  [[nodiscard]] const std::string* user_of(std::string_view token, Time now) const;
  /// Makes every token with an expiry invalid.
  void expire_all();
  void forget_expired(Time now);
  [[nodiscard]] std::size_t size() const { return tokens_.size(); }

 private:
  struct Entry {
    std::string user;
    std::optional<Time> expiry;
  };
  std::map<std::string, Entry, std::less<>> tokens_;
};

}  // namespace catena::kubesim
