// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "plugins/tsig/algorithm.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

typedef struct evp_mac_ctx_st EVP_MAC_CTX;

namespace catena::tsig {

using Bytes = std::span<const std::uint8_t>;

/// A message authentication code.
struct Mac {
  std::array<std::uint8_t, 64> bytes;
  std::size_t size = 0;

  Bytes view() const { return Bytes(bytes).first(size); }
};

/// HMAC (RFC 2104) by OpenSSL, one MAC after the other: begin(), add() as often as needed,
/// finish(). What goes wrong between, as where the library's policy forbids the hash, shows at the
/// end. One thread.
class Hmac {
 public:
  explicit Hmac(Algorithm algorithm);

  void begin(Bytes secret);
  void add(Bytes bytes);
  /// Nothing where the library could not.
  std::optional<Mac> finish();

 private:
  struct Free {
    void operator()(EVP_MAC_CTX* context) const;
  };
  std::unique_ptr<EVP_MAC_CTX, Free> context_;
  bool good_ = false;
};

/// One worker's, made when they are first needed.
class Hmacs {
 public:
  Hmac& of(Algorithm algorithm);

 private:
  std::array<std::optional<Hmac>, kAlgorithms> all_;
};

/// Takes the same time wherever they differ.
bool same_bytes(Bytes a, Bytes b);

}  // namespace catena::tsig
