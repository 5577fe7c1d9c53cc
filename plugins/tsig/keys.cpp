// SPDX-License-Identifier: Apache-2.0
#include "plugins/tsig/keys.hpp"

#include "core/base/encodings.hpp"

#include <array>

namespace catena::tsig {
namespace {

std::string_view key_of(dns::NameView name,
                        std::span<std::uint8_t, dns::NameView::kMaxSize> folded) {
  dns::fold_to(name, folded.data());
  return {reinterpret_cast<const char*>(folded.data()), name.size()};
}

}  // namespace

Secret read_secret(std::string_view text) {
  std::vector<std::uint8_t> bytes;
  if (!append_from_base64(bytes, text) || bytes.empty()) return std::nullopt;
  return bytes;
}

bool Keys::add(dns::NameView name, Secret secret) {
  std::array<std::uint8_t, dns::NameView::kMaxSize> folded;
  return secrets_.emplace(key_of(name, folded), std::move(secret)).second;
}

const Secret* Keys::find(dns::NameView name) const {
  std::array<std::uint8_t, dns::NameView::kMaxSize> folded;
  const auto found = secrets_.find(key_of(name, folded));
  return found == secrets_.end() ? nullptr : &found->second;
}

Keyring Keyring::of(std::shared_ptr<const Keys> own,
                    std::span<const ListenerSettings* const> blocks) {
  Keyring ring;
  ring.all_.push_back(std::move(own));
  for (std::size_t i = blocks.size(); i-- > 0;) {
    if (const auto* shared = blocks[i]->find<SharedKeys>()) ring.all_.push_back(shared->keys);
  }
  return ring;
}

const Secret* Keyring::find(dns::NameView name) const {
  for (const auto& keys : all_) {
    if (const Secret* secret = keys->find(name)) return secret;
  }
  return nullptr;
}

}  // namespace catena::tsig
