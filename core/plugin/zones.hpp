// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/dns/name.hpp"

#include <optional>
#include <string>
#include <vector>

namespace catena {

/// A set of zones. Names are matched label by label without regard to letter case.
class Zones {
 public:
  Zones() = default;
  explicit Zones(std::vector<dns::Name> zones) : zones_(std::move(zones)) {}

  /// The longest zone that is `name` or above it; null if there is none.
  const dns::Name* match(dns::NameView name) const;

  bool contains(dns::NameView name) const { return match(name) != nullptr; }
  bool empty() const { return zones_.empty(); }
  const std::vector<dns::Name>& names() const { return zones_; }

  /// Comma separated, as the metrics label `zones` wants it.
  std::string to_text() const;

 private:
  std::vector<dns::Name> zones_;
};

/// Which names a plugin hands on instead of denying them (`fallthrough [ZONES...]`): off by
/// default, every name when no zones are given.
class Fallthrough {
 public:
  Fallthrough() = default;
  explicit Fallthrough(Zones zones);
  bool through(dns::NameView name) const { return zones_ && zones_->contains(name); }
  /// What is handed on: these names and all below.
  std::vector<dns::Name> names() const {
    return zones_ ? zones_->names() : std::vector<dns::Name>();
  }

 private:
  std::optional<Zones> zones_;
};

}  // namespace catena
