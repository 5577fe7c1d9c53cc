// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/base/error.hpp"
#include "core/plugin/setup.hpp"

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace catena {

/// Where a plugin from outside of the tree stands: right before or right after another one, of the
/// tree or from outside.
struct Anchor {
  enum class Side : std::uint8_t { none, before, after };
  Side side = Side::none;
  std::string_view plugin;
};

constexpr Anchor before(std::string_view plugin) { return {Anchor::Side::before, plugin}; }
constexpr Anchor after(std::string_view plugin) { return {Anchor::Side::after, plugin}; }

/// One plugin: a line of plugins/registry.cpp, or what the entry() of one from outside returns. The
/// texts live as long as the process.
struct PluginEntry {
  std::string_view name;
  void (*setup)(Setup& setup);  ///< Null: known to CoreDNS, not in this build.
  std::string_view reason;      ///< Why it stands where it stands.
  Anchor anchor{};              ///< None inside of the tree, where the order of the lines counts.
  bool binds = false;           ///< Says Binding: whoever stands behind it knows its listeners.
};

/// In the order of the chain. The order is CoreDNS 1.15's; a Corefile's own order means nothing.
using PluginList = std::span<const PluginEntry>;

/// The plugins of the tree with those from outside at their places. Of several with one anchor on
/// one side the first one given stands first. A name that the tree knows and has no plugin for has
/// its place already: whoever brings that plugin gives no anchor. What is wrong, all of it, is an
/// error: names that exist twice, anchors that nobody knows, anchors in a circle, none at all.
Result<std::vector<PluginEntry>> arrange(PluginList inside, PluginList outside);

}  // namespace catena
