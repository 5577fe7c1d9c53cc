// SPDX-License-Identifier: Apache-2.0
#include "core/plugin/registry.hpp"

#include "core/config/nearest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

namespace catena {
namespace {

using Side = Anchor::Side;

std::string_view word(Side side) { return side == Side::before ? "before" : "after"; }

const PluginEntry* find(PluginList entries, std::string_view name) {
  const auto found = std::ranges::find(entries, name, &PluginEntry::name);
  return found == entries.end() ? nullptr : &*found;
}

/// Lays every entry down between those that are anchored to it, and theirs, and so on.
class Arrangement {
 public:
  Arrangement(PluginList inside, PluginList outside) : inside_(inside), outside_(outside) {}

  Result<std::vector<PluginEntry>> run() {
    for (const PluginEntry& entry : outside_) check(entry);
    if (!errors_.empty()) return Error{std::move(errors_)};
    for (const PluginEntry& entry : inside_) lay(entry);
    for (const PluginEntry& entry : outside_) find_circle(entry);
    if (!errors_.empty()) return Error{std::move(errors_)};
    return std::move(order_);
  }

 private:
  template <class... Args>
  void complain(const PluginEntry& entry, fmt::format_string<Args...> text, Args&&... args) {
    if (!errors_.empty()) errors_ += '\n';
    errors_ += fmt::format("plugin '{}' from outside: ", entry.name);
    errors_ += fmt::format(text, std::forward<Args>(args)...);
  }

  void check(const PluginEntry& entry);
  void check_anchor(const PluginEntry& entry);
  void lay(const PluginEntry& entry);
  void lay_anchored(const PluginEntry& to, Side side);
  void find_circle(const PluginEntry& entry);

  PluginList inside_;
  PluginList outside_;
  std::vector<PluginEntry> order_;
  std::string errors_;
};

void Arrangement::check(const PluginEntry& entry) {
  if (entry.name.empty()) return complain(entry, "it has no name");
  if (entry.setup == nullptr) return complain(entry, "it has no setup function");
  const PluginEntry* known = find(inside_, entry.name);
  if (known != nullptr && known->setup != nullptr) {
    return complain(entry, "this build has a plugin of that name already");
  }
  if (find(outside_, entry.name) != &entry) {
    return complain(entry, "two plugins from outside have that name");
  }
  if (known == nullptr) return check_anchor(entry);
  if (entry.anchor.side != Side::none) {
    complain(entry,
             "found {}(\"{}\"), expected neither before nor after: CoreDNS has a place for it",
             word(entry.anchor.side), entry.anchor.plugin);
  }
}

void Arrangement::check_anchor(const PluginEntry& entry) {
  const Anchor& anchor = entry.anchor;
  if (anchor.side == Side::none) {
    return complain(entry, "it says no place: expected before(\"PLUGIN\") or after(\"PLUGIN\")");
  }
  if (find(inside_, anchor.plugin) != nullptr || find(outside_, anchor.plugin) != nullptr) return;
  std::vector<std::string> names;
  for (const PluginList entries : {inside_, outside_}) {
    for (const PluginEntry& one : entries) names.emplace_back(one.name);
  }
  complain(entry, "found {}(\"{}\"), expected the name of a plugin{}", word(anchor.side),
           anchor.plugin, config::did_you_mean(anchor.plugin, names));
}

void Arrangement::lay(const PluginEntry& entry) {
  lay_anchored(entry, Side::before);
  const PluginEntry* brought = entry.setup == nullptr ? find(outside_, entry.name) : nullptr;
  order_.push_back(brought != nullptr ? *brought : entry);
  lay_anchored(entry, Side::after);
}

void Arrangement::lay_anchored(const PluginEntry& to, Side side) {
  for (const PluginEntry& entry : outside_) {
    if (entry.anchor.side == side && entry.anchor.plugin == to.name) lay(entry);
  }
}

// Whoever lies nowhere is anchored to others that lie nowhere either.
void Arrangement::find_circle(const PluginEntry& entry) {
  if (find(order_, entry.name) != nullptr) return;
  complain(entry, "found {}(\"{}\"), which leads in a circle: expected a plugin that has a place",
           word(entry.anchor.side), entry.anchor.plugin);
}

}  // namespace

Result<std::vector<PluginEntry>> arrange(PluginList inside, PluginList outside) {
  return Arrangement(inside, outside).run();
}

}  // namespace catena
