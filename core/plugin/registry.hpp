// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/setup.hpp"

#include <span>
#include <string_view>

namespace catena {

/// One line of plugins/registry.cpp.
struct PluginEntry {
  std::string_view name;
  void (*setup)(Setup& setup);  ///< Null: known to CoreDNS, not in this build.
  std::string_view reason;      ///< Why it stands where it stands.
};

/// In the order of the chain. The order is CoreDNS 1.15's; a Corefile's own order means nothing.
using Registry = std::span<const PluginEntry>;

}  // namespace catena
