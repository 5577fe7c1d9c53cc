// SPDX-License-Identifier: Apache-2.0
// The client's side of TSIG, written for itself. Test programs only.
#pragma once

#include "core/dns/bytes.hpp"
#include "core/dns/name.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace catena::tsig::test {

using Wire = std::vector<std::uint8_t>;

inline Wire operator+(Wire a, const Wire& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

inline Wire wire(std::string_view text) { return {text.begin(), text.end()}; }

/// The lowest `bytes` bytes.
inline Wire number(std::uint64_t value, std::size_t bytes) {
  Wire out;
  while (bytes-- > 0) out.push_back(static_cast<std::uint8_t>(value >> (8 * bytes)));
  return out;
}

inline Wire name(std::string_view text, bool folded = false) {
  dns::Name parsed = dns::Name::parse(text).value();
  if (folded) parsed.fold();
  return {parsed.view().data(), parsed.view().data() + parsed.view().size()};
}

/// How a client signs.
struct Signing {
  std::string key = "key.example.";
  std::string algorithm = "hmac-sha256.";
  std::uint64_t time = 0;
  std::uint16_t fudge = 300;
  Wire secret = wire("0123456789abcdef");
  std::size_t mac_bytes = 64;  ///< At most.
  std::uint16_t error = 0;
  Wire other;
  std::uint16_t rclass = 255;
  std::uint32_t ttl = 0;
};

/// A MAC of the hash that the algorithm's name ends with; SHA-256 for names that are none.
inline Wire mac_of(const Signing& how, const Wire& bytes) {
  const dns::Name folded = dns::Name::parse(how.algorithm).value().fold();
  const std::string hash(folded.view().first_label());
  const EVP_MD* digest =
      hash.starts_with("hmac-") ? EVP_get_digestbyname(hash.data() + 5) : nullptr;
  Wire mac(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  HMAC(digest != nullptr ? digest : EVP_sha256(), how.secret.data(),
       static_cast<int>(how.secret.size()), bytes.data(), bytes.size(), mac.data(), &size);
  mac.resize(std::min<std::size_t>(size, how.mac_bytes));
  return mac;
}

/// RFC 8945 section 4.3.3.
inline Wire variables(const Signing& how) {
  return name(how.key, true) + number(255, 2) + number(0, 4) + name(how.algorithm, true) +
         number(how.time, 6) + number(how.fudge, 2) + number(how.error, 2) +
         number(how.other.size(), 2) + how.other;
}

inline Wire record(const Signing& how, const Wire& mac, std::uint16_t id) {
  const Wire data = name(how.algorithm) + number(how.time, 6) + number(how.fudge, 2) +
                    number(mac.size(), 2) + mac + number(id, 2) + number(how.error, 2) +
                    number(how.other.size(), 2) + how.other;
  return name(how.key) + number(250, 2) + number(how.rclass, 2) + number(how.ttl, 4) +
         number(data.size(), 2) + data;
}

/// A message with its signature.
inline Wire sign(Wire message, const Signing& how) {
  const Wire mac = mac_of(how, message + variables(how));
  const std::uint16_t id = dns::load16(message.data());
  ++message[11];
  return message + record(how, mac, id);
}

}  // namespace catena::tsig::test
