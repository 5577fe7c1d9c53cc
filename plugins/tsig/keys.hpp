// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/dns/name.hpp"
#include "core/plugin/listener_settings.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace catena::tsig {

/// What both sides know. Nothing where the configured text is no base64: the name is known, and no
/// signature is right.
using Secret = std::optional<std::vector<std::uint8_t>>;

/// A secret that is written in base64. Bytes of no secret at all are none.
Secret read_secret(std::string_view text);

/// Secrets by name, letter case of names ignored.
class Keys {
 public:
  /// False, and nothing done, where the name is known already.
  bool add(dns::NameView name, Secret secret);

  /// Null where the name is not known.
  const Secret* find(dns::NameView name) const;

 private:
  std::map<std::string, Secret, std::less<>> secrets_;  // By the name's wire form, small letters.
};

/// What a block that has secrets says of its listeners: as in CoreDNS they are all blocks' there.
struct SharedKeys {
  std::shared_ptr<const Keys> keys;
};

/// The secrets that hold for a block at one of its listeners. Any thread.
class Keyring {
 public:
  /// The block's own come first; of the others the last block that has a name, as in CoreDNS.
  static Keyring of(std::shared_ptr<const Keys> own,
                    std::span<const ListenerSettings* const> blocks);

  const Secret* find(dns::NameView name) const;

 private:
  std::vector<std::shared_ptr<const Keys>> all_;
};

}  // namespace catena::tsig
