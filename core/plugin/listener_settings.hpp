// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <typeindex>
#include <vector>

namespace catena {

/// What a block says about its listeners rather than its chain (bind, debug, tls, timeouts ...),
/// one value of each type. A type belongs to the plugin that sets it, or to the part of the server
/// that does the work; nobody else knows it. Control thread only.
class ListenerSettings {
 public:
  ListenerSettings() = default;
  ListenerSettings(const ListenerSettings&) = delete;
  ListenerSettings& operator=(const ListenerSettings&) = delete;

  /// With its defaults where nobody has set it before.
  template <class T>
  T& set() {
    std::shared_ptr<void>& held = held_[typeid(T)];
    if (!held) held = std::make_shared<T>();
    return *static_cast<T*>(held.get());
  }

  /// Null where nobody has set it.
  template <class T>
  const T* find() const {
    const auto held = held_.find(typeid(T));
    return held == held_.end() ? nullptr : static_cast<const T*>(held->second.get());
  }

  /// What somebody has set, or the defaults.
  template <class T>
  T value() const {
    const T* found = find<T>();
    return found != nullptr ? *found : T();
  }

 private:
  std::map<std::type_index, std::shared_ptr<void>> held_;
};

/// What each block of a listener says of one type, in the order of the Corefile; null where it says
/// nothing. At least one block.
template <class T>
using Said = std::span<const T* const>;

/// Two blocks of a listener that cannot share it: their places among its blocks, and why.
struct Disagreement {
  std::size_t one = 0;
  std::size_t other = 0;
  std::string why;
};

/// What holds for a listener of several blocks, by the type's own rule: T::of_listener(Said<T>), or
/// T::of_listener(Said<T>, std::optional<Disagreement>&) where they may be unable to share one.
template <class T, class... Out>
T of_listener(std::span<const ListenerSettings* const> blocks, Out&... out) {
  std::vector<const T*> said;
  for (const ListenerSettings* block : blocks) said.push_back(block->find<T>());
  return T::of_listener(Said<T>(said), out...);
}

/// The rule by which the last block that says something is right.
template <class T, class Value>
std::optional<Value> last_said(Said<T> blocks, std::optional<Value> T::* member) {
  std::optional<Value> last;
  for (const T* block : blocks) {
    if (block != nullptr && block->*member) last = block->*member;
  }
  return last;
}

}  // namespace catena
