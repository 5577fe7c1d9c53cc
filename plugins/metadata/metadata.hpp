// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/abilities.hpp"
#include "core/plugin/chain.hpp"

namespace catena::metadata {

/// Turns the named values of a server block on. The server asks it, queries do not pass it.
class Metadata final : public Companion, public MetadataScope {
 public:
  explicit Metadata(Zones zones) : zones_(std::move(zones)) {}
  const Zones& metadata_zones() const override { return zones_; }

 private:
  Zones zones_;
};

}  // namespace catena::metadata
