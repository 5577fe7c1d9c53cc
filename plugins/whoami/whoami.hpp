// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/plugin/abilities.hpp"
#include "core/plugin/plugin.hpp"

namespace catena::whoami {

/// Answers every question with the address, port and transport of who asked. Ends the chain.
class Whoami final : public Plugin, public Authority {
 public:
  Reply serve(Query& query, Next next) const override;
  Territory territory() const override { return {{dns::Name()}, {}}; }
};

}  // namespace catena::whoami
