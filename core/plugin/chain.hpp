// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/reply.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
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

  /// The plugin that is called, "" at the end of the chain.
  std::string_view name() const;

  /// True while there is one.
  bool exists() const;

 private:
  const Chain* chain_;
  std::size_t position_;
};

/// The plugins of one server block in the order of the registry. Built once, then only read.
class Chain {
 public:
  Chain();
  ~Chain();
  Chain(Chain&&) noexcept;
  Chain& operator=(Chain&&) noexcept;

  void add(std::string name, std::unique_ptr<Plugin> plugin);

  Next first() const { return Next(*this, 0); }
  bool empty() const { return links_.empty(); }
  std::size_t size() const { return links_.size(); }
  std::string_view name(std::size_t position) const { return links_[position].name; }
  Plugin& plugin(std::size_t position) const { return *links_[position].plugin; }

  /// The plugins that also implement `Ability` (abilities.hpp), in chain order.
  template <class Ability>
  std::vector<Ability*> with() const {
    std::vector<Ability*> found;
    for (const Link& link : links_) {
      if (auto* ability = dynamic_cast<Ability*>(link.plugin.get())) found.push_back(ability);
    }
    return found;
  }

 private:
  friend class Next;
  struct Link {
    std::string name;
    std::unique_ptr<Plugin> plugin;
  };
  std::vector<Link> links_;
};

}  // namespace catena
