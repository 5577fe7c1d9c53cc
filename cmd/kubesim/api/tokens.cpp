// SPDX-License-Identifier: Apache-2.0
#include "cmd/kubesim/api/tokens.hpp"

#include "core/base/encodings.hpp"

#include <openssl/rand.h>

#include <array>
#include <stdexcept>

namespace catena::kubesim {

std::string Tokens::issue(std::string user, std::optional<Time> expiry) {
  std::array<unsigned char, 32> bytes{};
  if (RAND_bytes(bytes.data(), bytes.size()) != 1) throw std::runtime_error("no random bytes");
  const std::string token =
      "kubesim." + to_base64_url({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  tokens_[token] = {std::move(user), expiry};
  return token;
}

const std::string* Tokens::user_of(std::string_view token, Time now) const {
  const auto found = tokens_.find(token);
  if (found == tokens_.end()) return nullptr;
  const bool expired = found->second.expiry && *found->second.expiry <= now;
  return expired ? nullptr : &found->second.user;
}

void Tokens::expire_all() {
  std::erase_if(tokens_, [](const auto& entry) { return entry.second.expiry.has_value(); });
}

void Tokens::forget_expired(Time now) {
  std::erase_if(tokens_, [&](const auto& entry) {
    return entry.second.expiry && *entry.second.expiry <= now;
  });
}

}  // namespace catena::kubesim
