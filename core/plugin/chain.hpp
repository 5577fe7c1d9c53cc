// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/reply.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace catena {

class Chain;
class Plugin;
class Query;

/// The rest of the chain behind one plugin. A value: keep it, call it again, call it for another
/// query of the same chain. Calling it at the end of the chain fails with CoreDNS's "no next plugin
/// found".
class Next {
 public:
  Next(const Chain& chain, std::size_t position) : chain_(&chain), position_(position) {}
  Reply operator()(Query& query) const;

  /// True while there is one.
  bool exists() const;

 private:
  const Chain* chain_;
  std::size_t position_;
};

/// Something of a server block that stands beside its chain and sees no query: a service (health),
/// a watcher (reload). What it can do are the abilities of abilities.hpp that are not about
/// queries.
class Companion {
 public:
  virtual ~Companion() = default;
};

/// The plugins of one server block in the order of the registry, and their companions. Built once,
/// then only read.
class Chain {
 public:
  Chain();
  ~Chain();
  Chain(Chain&&) noexcept;
  Chain& operator=(Chain&&) noexcept;

  void add(std::string name, std::unique_ptr<Plugin> plugin);
  void add(std::string name, std::unique_ptr<Companion> companion);

  Next first() const { return Next(*this, 0); }
  bool empty() const { return links_.empty(); }
  std::size_t size() const { return links_.size(); }
  std::string_view name(std::size_t position) const { return links_[position].name; }
  Plugin& plugin(std::size_t position) const { return *links_[position].what; }

  /// Where a plugin of this chain stands; size() for any other.
  std::size_t position_of(const Plugin& plugin) const;

  /// The plugin right behind one of this chain, if it has the ability; null otherwise.
  template <class Ability>
  Ability* behind(const Plugin& plugin) const {
    const std::size_t next = position_of(plugin) + 1;
    return next < size() ? dynamic_cast<Ability*>(links_[next].what.get()) : nullptr;
  }

  /// The plugins and companions that also implement `Ability` (abilities.hpp): companions first, so
  /// that services answer while a plugin's start still waits, then plugins in chain order.
  template <class Ability>
  std::vector<Ability*> with() const {
    std::vector<Ability*> found;
    for (const auto& [name, ability] : named<Ability>()) found.push_back(ability);
    return found;
  }

  /// The same with the plugins' names, which live as long as the chain.
  template <class Ability>
  std::vector<std::pair<std::string_view, Ability*>> named() const {
    std::vector<std::pair<std::string_view, Ability*>> found;
    const auto look = [&found](const auto& items) {
      for (const auto& item : items) {
        if (auto* ability = dynamic_cast<Ability*>(item.what.get())) {
          found.emplace_back(item.name, ability);
        }
      }
    };
    look(companions_);
    look(links_);
    return found;
  }

 private:
  friend class Next;
  template <class What>
  struct Named {
    std::string name;
    std::unique_ptr<What> what;
  };
  std::vector<Named<Companion>> companions_;
  std::vector<Named<Plugin>> links_;
};

}  // namespace catena
